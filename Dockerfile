# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# Everything from outside comes in here, by the lock file; the build itself has no network.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo fetch --locked
RUN --network=none \
    --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --offline --release --bin paddock \
    && install -D target/release/paddock /out/paddock

# The certificate authorities and the migrations are in the binary. There is no PostgreSQL in this image: the database
# is another container (compose.yaml) or another machine (DATABASE_URL).
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/paddock --create-home --shell /usr/sbin/nologin paddock
COPY --from=build /out/paddock /usr/local/bin/paddock
ENV PADDOCK_DATA=/var/lib/paddock
USER 10001:10001
WORKDIR /var/lib/paddock
# The bot opens no port that could be asked how it is. It ends with an error when it cannot go on: restart it then.
HEALTHCHECK NONE
# It handles SIGTERM itself and starts no processes, so it can be the container's first.
ENTRYPOINT ["/usr/local/bin/paddock"]
CMD ["serve"]
