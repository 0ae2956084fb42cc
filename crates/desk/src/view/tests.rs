#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use uuid::Uuid;

fn account() -> AccountId {
    AccountId(Uuid::from_u128(7))
}

/// A row that was written today must be readable by every later program: a new spelling is a new view.
#[test]
fn stored_views_keep_their_spelling() {
    let symbol = Symbol::from_broker("BRK.B");
    let views = [
        View::Balance { whose: Whose::All(Environment::Live) },
        View::Positions { whose: Whose::One(account()), from: 15 },
        View::Orders { account: account(), which: Which::Closed, symbol: Some(symbol.clone()), trail: Vec::new() },
        View::Portfolio { whose: Whose::All(Environment::Paper), span: Span::Quarter },
        View::File { of: Box::new(View::Chart { symbol, span: Span::FiveYears, account: None }) },
        View::Movers,
    ];
    let written: Vec<_> = views.iter().map(|view| serde_json::to_string(view).unwrap()).collect();
    insta::assert_snapshot!(written.join("\n"), @r#"
    {"view":"balance","whose":{"all":"live"}}
    {"view":"positions","whose":{"one":"00000000-0000-0000-0000-000000000007"},"from":15}
    {"view":"orders","account":"00000000-0000-0000-0000-000000000007","which":"closed","symbol":"BRK.B","trail":[]}
    {"view":"portfolio","whose":{"all":"paper"},"span":"quarter"}
    {"view":"file","of":{"view":"chart","symbol":"BRK.B","span":"five_years","account":null}}
    {"view":"movers"}
    "#);
    for view in views {
        let value = serde_json::to_value(&view).unwrap();
        assert_eq!(serde_json::from_value::<View>(value).unwrap(), view);
    }
}

#[test]
fn the_longest_trail_fits_into_its_row() {
    let view = View::History {
        account: account(),
        chapter: Chapter::Transfers,
        order: Some(BrokerOrderId(Uuid::from_u128(u128::MAX))),
        since: Some(NaiveDate::MAX),
        trail: vec!["20260911103102345::3c1e3c1e-3c1e-3c1e-3c1e-3c1e3c1e3c1e".to_owned(); crate::past::TRAIL],
    };
    let text = serde_json::to_string(&View::File { of: Box::new(view) }).unwrap();
    assert!(text.len() < 4_000, "{}", text.len());
}
