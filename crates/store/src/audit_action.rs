//! The acts that the audit book knows.

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// An account was linked.
    AccountLinked,
    /// An account got another name.
    AccountRenamed,
    /// An account was unlinked.
    AccountRemoved,
    /// Another account became the default one.
    DefaultAccountChanged,
    /// The default account became a live one, after a click.
    SwitchedToLive,
    /// The user wants (or no longer wants) to click for paper orders too.
    AlwaysConfirmChanged,
    /// The user's settings changed.
    SettingsChanged,
    /// The guards of an account changed, or will.
    GuardsChanged,
    /// The user replaced the keys.
    KeysReplaced,
    /// The broker refused the keys.
    KeysRefused,
    /// The same keys were sealed under a newer master key.
    KeysResealed,
    /// The keys were sealed under a master key that may be known: nothing is ordered with them any more.
    KeysRevoked,
    /// As an admin of a server, the user changed what it forbids.
    ServerRulesChanged,
    /// The user took a copy of what is kept.
    DataCopied,
    /// The user had everything deleted; the last entry of a chain.
    DataDeleted,
    /// A preview was shown and waits for a click.
    OrderPreviewed,
    /// A click was taken, or a paper order was asked for: the intent exists from here on.
    OrderIntended,
    /// A click was not taken.
    ClickRefused,
    /// A preview was withdrawn.
    PreviewWithdrawn,
    /// Nothing was sent, and nothing will be.
    OrderNotSent,
    /// The broker has the order.
    OrderLanded,
    /// The broker refused the order.
    OrderRefused,
    /// Sent, and no proof either way.
    OrderUnconfirmed,
    /// Something else than our order was found under our name. It was not adopted.
    OrderMismatched,
    /// The broker never had it.
    OrderNeverArrived,
    /// The order is over at the broker.
    OrderEnded,
    /// Pasted keys were not taken.
    KeysDeclined,
    /// A sealed credential was opened, for one use.
    CredentialOpened,
    /// An order was not taken; which guard said so is in the entry.
    OrderDeclined,
    /// The right to send was given, and the credential opened: the order is on its way.
    OrderSent,
    /// The user took a copy of their audit book.
    BookExported,
    /// A cancel was asked for.
    CancelRequested,
    /// What the broker said to it.
    CancelAnswered,
    /// A cancel of all open orders was asked for.
    CancelAllRequested,
    /// That contracts are exercised, or not, was decided by a press; it is on its way from here on.
    ExerciseIntended,
    /// What the broker said to it.
    ExerciseAnswered,
    /// Without an answer: what the broker's history says of it, or that it says nothing.
    ExerciseSettled,
}

impl AuditAction {
    /// All of them, as people look for them.
    pub const ALL: [Self; 33] = [
        Self::AccountLinked,
        Self::AccountRenamed,
        Self::AccountRemoved,
        Self::DefaultAccountChanged,
        Self::SwitchedToLive,
        Self::AlwaysConfirmChanged,
        Self::SettingsChanged,
        Self::GuardsChanged,
        Self::KeysReplaced,
        Self::KeysRefused,
        Self::KeysResealed,
        Self::OrderPreviewed,
        Self::OrderIntended,
        Self::ClickRefused,
        Self::PreviewWithdrawn,
        Self::OrderNotSent,
        Self::OrderLanded,
        Self::OrderRefused,
        Self::OrderUnconfirmed,
        Self::OrderMismatched,
        Self::OrderNeverArrived,
        Self::OrderEnded,
        Self::KeysDeclined,
        Self::CredentialOpened,
        Self::OrderDeclined,
        Self::OrderSent,
        Self::BookExported,
        Self::CancelRequested,
        Self::CancelAnswered,
        Self::CancelAllRequested,
        Self::ExerciseIntended,
        Self::ExerciseAnswered,
        Self::ExerciseSettled,
    ];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountLinked => "account_linked",
            Self::AccountRenamed => "account_renamed",
            Self::AccountRemoved => "account_removed",
            Self::DefaultAccountChanged => "default_account_changed",
            Self::SwitchedToLive => "switched_to_live",
            Self::AlwaysConfirmChanged => "always_confirm_changed",
            Self::SettingsChanged => "settings_changed",
            Self::GuardsChanged => "guards_changed",
            Self::KeysReplaced => "keys_replaced",
            Self::KeysRefused => "keys_refused",
            Self::KeysResealed => "keys_resealed",
            Self::KeysRevoked => "keys_revoked",
            Self::ServerRulesChanged => "server_rules_changed",
            Self::DataCopied => "data_copied",
            Self::DataDeleted => "data_deleted",
            Self::OrderPreviewed => "order_previewed",
            Self::OrderIntended => "order_intended",
            Self::ClickRefused => "click_refused",
            Self::PreviewWithdrawn => "preview_withdrawn",
            Self::OrderNotSent => "order_not_sent",
            Self::OrderLanded => "order_landed",
            Self::OrderRefused => "order_refused",
            Self::OrderUnconfirmed => "order_unconfirmed",
            Self::OrderMismatched => "order_mismatched",
            Self::OrderNeverArrived => "order_never_arrived",
            Self::OrderEnded => "order_ended",
            Self::KeysDeclined => "keys_declined",
            Self::CredentialOpened => "credential_opened",
            Self::OrderDeclined => "order_declined",
            Self::OrderSent => "order_sent",
            Self::BookExported => "book_exported",
            Self::CancelRequested => "cancel_requested",
            Self::CancelAnswered => "cancel_answered",
            Self::CancelAllRequested => "cancel_all_requested",
            Self::ExerciseIntended => "exercise_intended",
            Self::ExerciseAnswered => "exercise_answered",
            Self::ExerciseSettled => "exercise_settled",
        }
    }
}

/// What the operator did; these have a chain of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HouseAction {
    /// The schema was brought up to date.
    Migrated,
    /// Credentials were sealed under a newer master key.
    KeysRotated,
    /// A master key that may be known was revoked.
    KeyRevoked,
    /// Audit books were copied out.
    BooksExported,
    /// Audit books were compared with the broker.
    BooksReconciled,
    /// The ends of all chains were written to a file outside.
    HeadsPublished,
}

impl HouseAction {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Migrated => "migrated",
            Self::KeysRotated => "keys_rotated",
            Self::KeyRevoked => "key_revoked",
            Self::BooksExported => "books_exported",
            Self::BooksReconciled => "books_reconciled",
            Self::HeadsPublished => "heads_published",
        }
    }
}
