//! HTTP, up to the bounded body. The one place in the house where an HTTP client is built.

use crate::budget::word;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use domain::clock::Clock;
use reqwest::header::HeaderMap;
use reqwest::{Client, Request, redirect, retry};
use std::time::Duration;
use thiserror::Error;

/// Idle connections are let go before the usual proxies do it (AWS load balancers after 60 s, nginx after 75 s): an
/// order written to a connection that is just being closed would end in doubt.
const IDLE: Duration = Duration::from_secs(45);

/// The HTTP client could not be built: the machine's TLS or resolver set-up is broken.
#[derive(Debug, Error)]
#[error("no HTTP client")]
pub struct NoClient(#[from] reqwest::Error);

/// An HTTP client for an API that takes credentials: redirects are not followed, proxies are not read from the
/// environment, roots are Mozilla's, connections are kept alive and write at once.
///
/// **No request is ever sent twice.** What was found in the sources (reqwest 0.12.28, hyper-util 0.1.21, hyper 1.12.0):
///
/// - `reqwest` repeats any method, POST too, on HTTP/2 `REFUSED_STREAM` and on a graceful `GOAWAY` (`retry.rs`,
///   `is_retryable_error`). `retry::never()` ends that.
/// - `hyper-util` repeats a request when a *reused* connection dies before the request was taken from its queue
///   (`legacy/client.rs`, `retry_canceled_requests`, on by default, not to be reached through reqwest). On HTTP/1 the
///   request is handed back only while it is still whole in the queue (`proto/h1/dispatch.rs`, `recv_msg`): not one
///   byte was serialised, so the repetition is the first sending. Once it was taken, every error is final.
/// - HTTP/1 only: an HTTP/2 connection is shared, so that one `GOAWAY` would put the orders of every account on it in
///   doubt together. It also keeps h2's frame logging, which prints headers, out of the house.
///
/// # Errors
/// [`NoClient`].
pub fn client(connect: Duration, total: Duration) -> Result<Client, NoClient> {
    let client = Client::builder()
        .user_agent(concat!("paddock/", env!("CARGO_PKG_VERSION")))
        .use_rustls_tls()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(connect)
        .timeout(total)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(16)
        .build()?;
    Ok(client)
}

/// An answer, whole and within bounds.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    /// When the broker says that it will listen again.
    pub(crate) listens_at: Option<DateTime<Utc>>,
    pub(crate) body: Bytes,
}

/// Why there is no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// No connection was made: not one byte of the request left.
    NeverSent,
    /// The deadline passed.
    TimedOut,
    /// The connection broke, before or in the answer.
    Broken,
    /// The body is longer than it may be.
    TooLong {
        /// The status that came with it.
        status: u16,
    },
}

/// Sends one request once and reads its answer, `limit` bytes at most, until `deadline` on our own clock. Headers are
/// shown to `heed` as soon as they are here, whatever becomes of the body.
pub(crate) async fn exchange(
    client: &Client,
    clock: &dyn Clock,
    request: Request,
    limit: usize,
    deadline: Duration,
    heed: impl Fn(u16, &HeaderMap) + Send,
) -> Result<Answer, Lost> {
    let answer = async {
        let mut response = client.execute(request).await.map_err(|error| cause(&error))?;
        let status = response.status().as_u16();
        heed(status, response.headers());
        let request_id = request_id(response.headers());
        let listens_at = word::listens_at(response.headers(), clock.now());
        if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |l| l > limit)) {
            return Err(Lost::TooLong { status });
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(Lost::TooLong { status });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, request_id, listens_at, body: body.freeze() })
    };
    tokio::select! {
        biased;
        answer = answer => answer,
        () = clock.sleep(deadline.saturating_sub(clock.elapsed())) => Err(Lost::TimedOut),
    }
}

/// `is_connect` covers name, TCP and TLS, and the connect deadline: all of them before the request is written.
fn cause(error: &reqwest::Error) -> Lost {
    if error.is_connect() {
        Lost::NeverSent
    } else if error.is_timeout() {
        Lost::TimedOut
    } else {
        Lost::Broken
    }
}

/// `X-Request-ID`, if it can be logged as it is.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let plain = (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    plain.then(|| id.to_owned())
}
