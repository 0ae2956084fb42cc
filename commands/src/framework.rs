//! What `src/` puts into serenity: the list of commands, and the handlers around them.

use crate::context::Unanswered;
use crate::turnstile::Turnstile;
use crate::watchers::Watchers;
use crate::{account, cancel, failures, help, look, press, status, trade};
use desk::Desk;
use serenity::all::{CreateAllowedMentions, CreateCommand, InstallationContext, InteractionContext};

/// What every command works with.
pub struct Data {
    pub(crate) desk: Desk,
    pub(crate) turnstile: Turnstile,
    pub(crate) watchers: Watchers,
}

/// The framework that answers interactions. Registers nothing; see [`registration`].
///
/// `turnstile` counts what is being answered, so that whoever stops the service can wait for it.
pub fn framework(desk: Desk, turnstile: Turnstile) -> poise::Framework<Data, Unanswered> {
    let data = Data { desk, turnstile, watchers: Watchers::default() };
    poise::Framework::builder()
        .options(options())
        // A setup that fails would leave every later event waiting for ever, so it only hands the data over.
        .setup(move |_, _, _| Box::pin(async move { Ok(data) }))
        .initialize_owners(false)
        .build()
}

/// All commands, as `PUT /applications/{id}/commands` takes them.
pub fn registration() -> Vec<CreateCommand> {
    poise::builtins::create_application_commands(&commands())
}

fn options() -> poise::FrameworkOptions<Data, Unanswered> {
    poise::FrameworkOptions {
        commands: commands(),
        on_error: |error| Box::pin(failures::answer(error)),
        event_handler: |framework, event| Box::pin(press::route(framework, event)),
        allowed_mentions: Some(CreateAllowedMentions::new()),
        // Poise's own cooldown maps are never purged; the turnstile does the work instead.
        manual_cooldowns: true,
        initialize_owners: false,
        ..poise::FrameworkOptions::default()
    }
}

/// Every command, for servers and for direct messages with the bot.
pub(crate) fn commands() -> Vec<poise::Command<Data, Unanswered>> {
    let mut commands = vec![
        account::account(),
        look::balance(),
        look::positions(),
        look::orders(),
        trade::buy(),
        trade::sell(),
        cancel::cancel(),
        status::status(),
        help::help(),
    ];
    for command in &mut commands {
        command.install_context = Some(vec![InstallationContext::Guild]);
        command.interaction_context = Some(vec![InteractionContext::Guild, InteractionContext::BotDm]);
    }
    commands
}
