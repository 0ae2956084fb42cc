//! One direction of one connection.

use super::postgres::{Splitter, is_ready};
use super::{Caught, Moment, Road, Way, Weather};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;

const CHUNK: usize = 16 << 10;

/// The connection is to be reset.
pub(super) struct Torn;

/// The trap whose answer is to be kept back, by its number, and how to tell that it has come.
pub(super) type Held = Option<(u64, watch::Sender<bool>)>;

pub(super) struct Side<'a, R, W> {
    road: &'a Road,
    way: Way,
    weather: watch::Receiver<Weather>,
    from: R,
    to: W,
}

impl<'a, R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Side<'a, R, W> {
    pub fn new(road: &'a Road, way: Way, from: R, to: W) -> Self {
        Self { road, way, weather: road.weather(way).subscribe(), from, to }
    }

    /// From the client to the server. `held` tells the other direction which answer to keep back.
    pub async fn carry(mut self, mut splitter: Option<Splitter>, held: &watch::Sender<Held>) -> Result<(), Torn> {
        let mut chunk = vec![0; CHUNK];
        while let Some(bytes) = self.next(&mut chunk).await? {
            let Some(splitter) = splitter.as_mut() else {
                self.pass(bytes).await?;
                continue;
            };
            for unit in splitter.feed(bytes) {
                let caught = unit.statement.as_ref().and_then(|statement| self.road.meet(statement));
                match caught {
                    Some(Caught { number, moment: Moment::Before, sprung }) => {
                        sprung.send_replace(true);
                        self.released(number).await?;
                    }
                    Some(Caught { number, moment: Moment::After, sprung }) => {
                        held.send_replace(Some((number, sprung)));
                    }
                    None => {}
                }
                self.pass(&unit.bytes).await?;
            }
        }
        self.close().await
    }

    /// From the server to the client.
    pub async fn carry_back(mut self, mut held: watch::Receiver<Held>) -> Result<(), Torn> {
        let mut chunk = vec![0; CHUNK];
        let mut kept = Vec::new();
        while let Some(bytes) = self.next(&mut chunk).await? {
            let trap = held.borrow_and_update().clone();
            match trap {
                Some((number, sprung)) if number > *self.road.released.borrow() => {
                    kept.extend_from_slice(bytes);
                    if is_ready(&kept) {
                        sprung.send_replace(true);
                        self.released(number).await?;
                        self.pass(&std::mem::take(&mut kept)).await?;
                    }
                }
                _ => {
                    kept.extend_from_slice(bytes);
                    self.pass(&std::mem::take(&mut kept)).await?;
                }
            }
        }
        self.close().await
    }

    async fn released(&self, number: u64) -> Result<(), Torn> {
        let mut released = self.road.released.subscribe();
        released.wait_for(|released| *released >= number).await.map(drop).map_err(|_| Torn)
    }

    /// What comes next; nothing when the sender has closed, or this direction is to be closed.
    async fn next<'c>(&mut self, chunk: &'c mut [u8]) -> Result<Option<&'c [u8]>, Torn> {
        loop {
            if *self.weather.borrow_and_update() == Weather::HalfOpen {
                return Ok(None);
            }
            tokio::select! {
                read = self.from.read(chunk) => {
                    let count = read?;
                    return Ok(chunk.get(..count).filter(|bytes| !bytes.is_empty()));
                }
                changed = self.weather.changed() => changed.map_err(|_| Torn)?,
            }
        }
    }

    /// Waits out a stall, so that a close is as late as the bytes before it.
    async fn close(&mut self) -> Result<(), Torn> {
        self.weather.wait_for(|weather| *weather != Weather::Stall).await.map_err(|_| Torn)?;
        Ok(self.to.shutdown().await?)
    }

    async fn pass(&mut self, mut bytes: &[u8]) -> Result<(), Torn> {
        while !bytes.is_empty() {
            let weather = *self.weather.borrow_and_update();
            let now = match weather {
                Weather::Calm | Weather::HalfOpen => bytes.len(),
                Weather::Delay(by) => {
                    pause(by).await;
                    bytes.len()
                }
                Weather::Stall => {
                    self.weather.changed().await.map_err(|_| Torn)?;
                    continue;
                }
                Weather::Drip(by) => {
                    pause(by).await;
                    1
                }
                Weather::CutAfter(_) => self.take(bytes.len())?,
            };
            let (first, rest) = bytes.split_at(now.min(bytes.len()));
            self.to.write_all(first).await?;
            self.to.flush().await?;
            bytes = rest;
        }
        Ok(())
    }

    /// How many of these bytes still pass.
    fn take(&self, wanted: usize) -> Result<usize, Torn> {
        let left = self.road.left(self.way);
        let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(wanted)));
        match taken.unwrap_or_default().min(wanted) {
            0 => Err(Torn),
            passes => Ok(passes),
        }
    }
}

async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}
