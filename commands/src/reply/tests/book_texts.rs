#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use desk::book::{BookFile, BookPage, Search};
use desk::export::Form;
use desk::view::Shown;
use desk::{AuditHead, AuditRecord, AuditVerdict};
use domain::fresh;
use serde_json::{Value, json};

fn entry(seq: i64, action: &str, detail: Value) -> AuditRecord {
    AuditRecord {
        subject: -5,
        seq,
        at: now(),
        action: action.to_owned(),
        account: Some(paper().id),
        intent: None,
        broker_order: None,
        interaction: None,
        message: None,
        guild: None,
        request_id: None,
        detail,
        form: 2,
        prev_hash: vec![1; 32],
        hash: vec![2; 32],
        text: String::new(),
    }
}

fn text(verdict: Option<AuditVerdict>, entries: Vec<AuditRecord>, next: Option<i64>, trail: &[i64]) -> String {
    let page = BookPage { entries, accounts: vec![paper()], subject: Some(-5), verdict, next };
    let view = View::Book { search: Search::default(), trail: trail.to_vec() };
    let to = |trail| View::Book { search: Search::default(), trail };
    let mut leads: Vec<View> = trail.split_last().map(|(_, before)| to(before.to_vec())).into_iter().collect();
    leads.extend(next.map(|next| to(trail.iter().copied().chain([next]).collect())));
    leads.extend([Form::JsonLines, Form::Csv].map(|form| View::BookFile { search: Search::default(), form }));
    let links = leads.into_iter().map(|view| (view, fresh::view())).collect();
    shown::shown(&Shown { view, page: Page::Book(Box::new(page)), links }, None).transcript()
}

#[test]
fn the_book_shows_what_was_done_and_whether_it_is_whole() {
    let whole = Some(AuditVerdict::Whole(Some(AuditHead { seq: 12, hash: vec![0xab; 32] })));
    let sent = entry(12, "order_sent", json!({ "client_order_id": "paddock-1" }));
    let declined = entry(11, "order_declined", json!({ "guard": "rule", "order": "v1|buy|`AAPL`|5 shares" }));
    let texts = [
        text(whole, vec![sent, declined], Some(11), &[]),
        text(None, vec![entry(10, "keys_refused", json!({}))], None, &[11]),
        text(Some(AuditVerdict::BrokenAt(4)), vec![], None, &[]),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [grey] -
    # Your audit log
    #12 · <t:1795204800:f> · **order sent** · swing
    #11 · <t:1795204800:f> · **order declined** · swing · `v1|buy|'AAPL'|5 shares` · `rule`
    · Whole = 12 entries; the last is `abababababababab…`
    -- Page 1 · credential opened is left out: name it as act to see it; copies have it
    (Older | grey | show)
    (Copy (JSON Lines) | grey | show)
    (Copy (CSV) | grey | show)
    [grey] -
    # Your audit log
    #10 · <t:1795204800:f> · **keys refused** · swing
    -- Page 2 · credential opened is left out: name it as act to see it; copies have it
    (Newer | grey | show)
    (Copy (JSON Lines) | grey | show)
    (Copy (CSV) | grey | show)
    [amber] -
    # Your audit log was changed
    **Entry 4 is missing, or not as it was written.** Entries before it are as they were. Tell whoever runs Paddock, and keep a copy.

    No entry fits. Without options, `/audit` shows all.
    -- credential opened is left out: name it as act to see it; copies have it
    (Copy (JSON Lines) | grey | show)
    (Copy (CSV) | grey | show)
    "#);
}

#[test]
fn a_copy_says_what_it_is_and_where_it_ends() {
    let file = |begins_with| BookFile {
        form: Form::JsonLines,
        bytes: b"{}\n".to_vec(),
        lines: 3,
        head: Some(AuditHead { seq: 12, hash: vec![0xab; 32] }),
        begins_with,
    };
    let told = |begins_with| {
        let view = View::BookFile { search: Search::default(), form: Form::JsonLines };
        shown::shown(&Shown { view, page: Page::BookFile(Box::new(file(begins_with))), links: vec![] }, None)
            .transcript()
    };
    insta::assert_snapshot!([told(None), told(Some(10))].concat(), @r#"
    [grey] -
    # A copy of your audit log
    It has a line for every entry, so that anybody can check that none is missing or changed; what you did not search for is there as a hash only.
    · Lines = 3
    : Ends with = entry 12, `abababababababababababababababababababababababababababababababab`
    <file audit.jsonl>
    [grey] -
    # A copy of your audit log
    It has a line for every entry, so that anybody can check that none is missing or changed; what you did not search for is there as a hash only.

    **It begins with entry 10**: with all of them it would be too large for Discord. Search until an earlier day for the rest.
    · Lines = 3
    : Ends with = entry 12, `abababababababababababababababababababababababababababababababab`
    <file audit.jsonl>
    "#);
}
