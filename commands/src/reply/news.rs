//! `/news` and `/movers`.

use super::escape::{code, plain, prose};
use super::list::{Align, paragraphs, table};
use super::{Reply, words};
use desk::views::{MoversPage, NewsPage};
use domain::market::{Busy, Mover, News};

/// News, newest first.
pub(crate) fn news(page: &NewsPage) -> Reply {
    let title = match &page.symbol {
        Some(symbol) => format!("News about {}", prose(symbol.as_str(), words::SYMBOL)),
        None => "News".to_owned(),
    };
    let reply = Reply::plain(title);
    if page.list.is_empty() {
        return reply.say("Alpaca has none.").with("Read", words::counting(page.at));
    }
    let rows: Vec<_> = page.list.iter().map(|news| in_a_line(news, page.symbol.is_none())).collect();
    reply
        .say(paragraphs(&rows, "Ask for one symbol to see fewer."))
        .footer("Written by others, and brought by Alpaca. Links lead out of Discord.")
}

fn in_a_line(news: &News, with_symbols: bool) -> String {
    let mut parts = vec![format!("**{}**\n{}", prose(&news.headline, 200), words::counting(news.at))];
    if !news.source.is_empty() {
        parts.push(prose(&news.source, 40));
    }
    if with_symbols && !news.symbols.is_empty() {
        let symbols = news.symbols.iter().take(4).map(|symbol| prose(symbol.as_str(), words::SYMBOL));
        parts.push(symbols.collect::<Vec<_>>().join(", "));
    }
    parts.extend(news.url.as_deref().and_then(link));
    parts.join(" · ")
}

/// A link whose text is the host that it leads to: it cannot pretend to be another one.
fn link(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let plain_url = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.-_~%?=&#+,:;!*'".contains(&b));
    (is_host && plain_url && url.len() <= 300).then(|| format!("[{}](<{url}>)", plain(host, 60)))
}

/// The day's movers.
pub(crate) fn movers(page: &MoversPage) -> Reply {
    let movers = &page.movers;
    if movers.gainers.is_empty() && movers.losers.is_empty() && movers.busiest.is_empty() {
        return Reply::plain("Movers").say("Alpaca has none yet today.").with("Read", words::counting(page.at));
    }
    let heads = [("SYMBOL", Align::Left), ("PRICE", Align::Right), ("TODAY", Align::Right)];
    let row =
        |mover: &Mover| [code(mover.symbol.as_str(), 12), mover.price.to_string(), words::percent(mover.fraction)];
    let list = |movers: &[Mover]| table(heads, &movers.iter().map(row).collect::<Vec<_>>(), "");
    let busy = |busy: &Busy| {
        [code(busy.symbol.as_str(), 12), crate::chart::amount(busy.volume), crate::chart::amount(busy.trades)]
    };
    let busiest: Vec<_> = movers.busiest.iter().map(busy).collect();
    let mut reply = Reply::plain("Movers of the day");
    for (name, movers) in [("**Up**", &movers.gainers), ("**Down**", &movers.losers)] {
        if !movers.is_empty() {
            reply = reply.say(format!("{name}\n{}", list(movers)));
        }
    }
    if !busiest.is_empty() {
        let heads = [("SYMBOL", Align::Left), ("SHARES", Align::Right), ("TRADES", Align::Right)];
        reply = reply.say(format!("**Most traded**\n{}", table(heads, &busiest, "")));
    }
    reply.with("As of", words::counting(movers.at.unwrap_or(page.at)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn a_link_says_where_it_leads_or_is_none() {
        let shown = link("https://www.benzinga.com/news/26/11/1?x=y&z=1#top").unwrap();
        assert_eq!(shown, "[www.benzinga.com](<https://www.benzinga.com/news/26/11/1?x=y&z=1#top>)");
        for bad in [
            "http://plain.example/x",
            "https://user@evil.example/",
            "https://evil.example/>)[x](<https://bad.example",
            "https://exämple.com/",
            "javascript:alert(1)",
            "https://localhost/",
            "https://a.example/x y",
            "",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
