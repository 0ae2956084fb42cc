//! `/privacy`: in plain words.

use super::Reply;

/// Everything in one message, so that nobody has to look for it.
pub(crate) fn privacy() -> Reply {
    Reply::plain("Your privacy, in plain words")
        .say(
            "**Who sees your answers.** In a server only you do, and Discord. Admins of the server do not, and cannot trade for you. \
             Messages that Paddock writes to you directly stay there until you delete them.",
        )
        .say(
            "**Your keys.** Discord sees what you type into the form, as it sees everything you type. Paddock sends the keys to Alpaca and \
             nowhere else, stores them encrypted, and shows them to nobody. Whoever runs Paddock has the master key and could open \
             them: link accounts only where you trust that person.",
        )
        .say(
            "**What is kept.** Your Discord id, language and choices; the servers where you used Paddock; your accounts (name, last four \
             characters of number and key); your orders and their fills; and a record of what was done, by whom and when. Not kept: your \
             messages, your balance, your positions.",
        )
        .say(
            "**For how long.** Unused cards and forms a day, ids of commands a week, everything else until you delete it. The record of \
             what was done stays seven years and cannot be changed, not even by us: that is what it is for. When you leave, it loses the one link that \
             says whose it is; Discord and Alpaca could still recognise their own ids in it.",
        )
        .say(
            "**What you can do.** `/mydata what` counts what is kept, `/mydata get` gives you all of it, `/mydata delete` ends it at once, \
             with a receipt. `/account remove` deletes one account's keys. Nobody is paid with your data, and nothing of it goes to anyone \
             but Discord and Alpaca.",
        )
        .footer("Questions, or something to report: ask whoever runs this Paddock.")
}
