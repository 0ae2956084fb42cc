//! What poise hands back instead of an answer. Its own texts would show raw errors, and for some say nothing at all.

use crate::context::{Turn, Unanswered};
use crate::framework::Data;
use crate::reply::error::{Mishap, mishap};
use crate::turnstile::Full;
use poise::{CommandInteractionType, FrameworkError};
use serenity::all::{CreateAutocompleteResponse, CreateInteractionResponse};

/// Tells the user, or the log when there is nobody to tell.
pub(crate) async fn answer(error: FrameworkError<'_, Data, Unanswered>) {
    let mishap = match &error {
        FrameworkError::CommandPanic { .. } => Mishap::Broken,
        FrameworkError::SubcommandRequired { .. }
        | FrameworkError::ArgumentParse { .. }
        | FrameworkError::CommandStructureMismatch { .. }
        | FrameworkError::UnknownInteraction { .. } => Mishap::Outdated,
        FrameworkError::CooldownHit { .. } => Mishap::Crowded(Full::ThisUser),
        FrameworkError::MissingBotPermissions { .. }
        | FrameworkError::MissingUserPermissions { .. }
        | FrameworkError::PermissionFetchFailed { .. }
        | FrameworkError::NotAnOwner { .. }
        | FrameworkError::GuildOnly { .. }
        | FrameworkError::DmOnly { .. }
        | FrameworkError::NsfwOnly { .. }
        | FrameworkError::CommandCheckFailed { .. } => Mishap::NotPermitted,
        FrameworkError::Setup { error, .. }
        | FrameworkError::EventHandler { error, .. }
        | FrameworkError::Command { error, .. }
        | FrameworkError::NonCommandMessage { error, .. }
        | FrameworkError::DynamicPrefix { error, .. } => {
            tracing::warn!(failure = %error, kind = "unanswered", "Discord did not take an answer");
            return;
        }
        // We read no messages.
        FrameworkError::UnknownCommand { .. } => return,
        FrameworkError::__NonExhaustive(never) => match *never {},
    };
    if let Err(failure) = tell(&error, mishap).await {
        tracing::warn!(%failure, kind = "unanswered", "Discord did not take the answer to a mishap");
    }
}

async fn tell(error: &FrameworkError<'_, Data, Unanswered>, what: Mishap) -> Result<(), Unanswered> {
    let (http, interaction) = match (error.ctx(), error) {
        (Some(poise::Context::Application(ctx)), _) if ctx.interaction_type == CommandInteractionType::Autocomplete => {
            // The only answer that Discord takes here is a list.
            let nothing = CreateInteractionResponse::Autocomplete(CreateAutocompleteResponse::new());
            return Ok(ctx.interaction.create_response(ctx.framework.serenity_context, nothing).await?);
        }
        (Some(poise::Context::Application(ctx)), _) => (&ctx.framework.serenity_context.http, ctx.interaction),
        (None, FrameworkError::UnknownInteraction { framework, interaction, .. }) => {
            (&framework.serenity_context.http, *interaction)
        }
        _ => return Ok(()),
    };
    let turn = Turn::of_command(http, interaction);
    match what {
        // Whether it was acknowledged before it broke is not known.
        Mishap::Broken => turn.tell(&mishap(what)).await,
        _ => turn.answer(&mishap(what)).await,
    }
}
