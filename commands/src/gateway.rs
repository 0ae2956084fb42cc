//! Two `Http` objects, kept apart.
//!
//! serenity's rate limiter puts the interaction edits of all users into one bucket and keeps an entry for every interaction
//! it ever saw; Discord itself exempts interaction routes from the global limit. So everything that answers an interaction
//! goes through an `Http` without limiter, and the limited one stays with direct messages and registration.

use serenity::all::{Client, Context, Framework, FullEvent, Http};
use std::sync::Arc;

/// A framework whose interactions are answered through their own [`Http`].
pub struct SwapHttp<F> {
    framework: F,
    interactions: Arc<Http>,
}

impl<F: Framework> SwapHttp<F> {
    /// Wraps `framework`. `interactions` should have its rate limiter off and a short timeout (about 2.5 s).
    pub fn around(framework: F, interactions: Arc<Http>) -> Self {
        Self { framework, interactions }
    }
}

#[async_trait::async_trait]
impl<F: Framework> Framework for SwapHttp<F> {
    async fn init(&mut self, client: &Client) {
        self.framework.init(client).await;
    }

    async fn dispatch(&self, mut ctx: Context, event: FullEvent) {
        match &event {
            // serenity tells the application's id to the client's own Http only.
            FullEvent::Ready { data_about_bot } => self.interactions.set_application_id(data_about_bot.application.id),
            FullEvent::InteractionCreate { .. } => ctx.http = Arc::clone(&self.interactions),
            _ => {}
        }
        self.framework.dispatch(ctx, event).await;
    }
}
