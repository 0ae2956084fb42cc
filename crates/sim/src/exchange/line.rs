//! TCP connections that can be cut from outside, so that a client sees a reset instead of an answer.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures::task::AtomicWaker;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Cuts one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Cord(Arc<Tension>);

#[derive(Debug, Default)]
struct Tension {
    pulled: AtomicBool,
    waker: AtomicWaker,
}

impl Tension {
    fn pull(&self) {
        self.pulled.store(true, Ordering::SeqCst);
        self.waker.wake();
    }
}

impl Cord {
    pub fn pull(&self) {
        self.0.pull();
    }

    fn is_pulled(&self) -> bool {
        self.0.pulled.load(Ordering::SeqCst)
    }
}

/// A connection with its cord.
pub(super) struct Line {
    stream: TcpStream,
    cord: Cord,
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.cord.is_pulled() {
            // Closing with zero linger sends RST rather than FIN; if that fails a plain close must do.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.cord.0.waker.register(context.waker());
        if self.cord.is_pulled() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        if self.cord.is_pulled() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cord.is_pulled() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cord.is_pulled() {
            return Poll::Ready(Err(reset()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Takes a whole origin off the network and puts it back.
#[derive(Clone, Debug, Default)]
pub(super) struct Switch(Arc<Plug>);

#[derive(Debug, Default)]
struct Plug {
    down: AtomicBool,
    cords: Mutex<Vec<Weak<Tension>>>,
}

impl Switch {
    /// Down: open connections are reset, and so is every new one.
    pub fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::SeqCst);
        if down {
            let cords = std::mem::take(&mut *self.0.cords.lock().unwrap_or_else(PoisonError::into_inner));
            cords.iter().filter_map(Weak::upgrade).for_each(|cord| cord.pull());
        }
    }

    fn is_down(&self) -> bool {
        self.0.down.load(Ordering::SeqCst)
    }

    fn mind(&self, cord: &Cord) {
        let mut cords = self.0.cords.lock().unwrap_or_else(PoisonError::into_inner);
        cords.retain(|known| known.strong_count() > 0);
        cords.push(Arc::downgrade(&cord.0));
    }
}

/// A listening socket whose connections can be cut.
pub(super) struct Trunk {
    listener: TcpListener,
    switch: Switch,
}

impl Trunk {
    pub fn new(listener: TcpListener, switch: Switch) -> Self {
        Self { listener, switch }
    }
}

impl Listener for Trunk {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else {
                // Out of file handles, most likely: let connections end before trying again.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let _ = stream.set_nodelay(true); // Only speed depends on it.
            let cord = Cord::default();
            self.switch.mind(&cord);
            if self.switch.is_down() {
                cord.pull();
                drop(Line { stream, cord });
                continue;
            }
            return (Line { stream, cord }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, Trunk>> for Cord {
    fn connect_info(stream: IncomingStream<'_, Trunk>) -> Self {
        stream.io().cord.clone()
    }
}
