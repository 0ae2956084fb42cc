#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

/// Every view that holds foreign text, filled with it.
fn hostile_replies(text: &str) -> Vec<Reply> {
    let account = LinkedAccount { number_tail: text.into(), key_tail: text.into(), ..account(Environment::Live, text) };
    let mut order = broker_order(BrokerStatus::Other(text.into()));
    order.symbol = Symbol::from_broker(text);
    order.kind = text.into();
    order.time_in_force = text.into();
    let mut asked = card(account.clone());
    asked.company = text.into();
    asked.order.symbol = Symbol::from_broker(text);
    let mut sent = at_broker(BrokerStatus::Other(text.into()));
    sent.account = account.clone();
    sent.order.symbol = Symbol::from_broker(text);
    let followed = sent.clone();
    let mut refused = receipt(State::Over(Ending::Refused));
    refused.life.refusal = Some(refusal(RefusalReason::Unrecognised, text));
    let broker = BrokerAccount { status: text.into(), ..broker_account() };
    let canceled = Canceled {
        account: account.clone(),
        order: Some(order.clone()),
        outcome: CancelOutcome::Refused(refusal(RefusalReason::Invalid, text)),
    };
    let held = Position { symbol: Symbol::from_broker(text), ..position("F", "1", "1", "1", "1") };
    let mut looks = look_texts::hostile_looks(&account, held, order, sent);
    looks.extend(market_texts::hostile_looks(&account, text));
    let health =
        AccountHealth { account: account.clone(), broker: Ok(broker.clone()), wait: Duration::ZERO, unconfirmed: 0 };
    looks.extend([
        card::card(&asked),
        receipt::receipt(&followed, Following::Yes),
        receipt::receipt(&refused, Following::Yes),
        cancels::canceled(&canceled),
        cancels::canceled_all(&CanceledAll { account: account.clone(), results: vec![canceled.clone()] }),
        cancels::ask_all(&question(account.clone())),
        accounts::accounts(&Accounts { list: vec![account.clone()], default: None }),
        accounts::health(&health),
        accounts::ask_switch(&question(account.clone())),
        accounts::ask_remove(&question(account.clone())),
        accounts::removed(&account),
        accounts::renamed(text, &account),
        accounts::is_default(&account),
        accounts::form_done(&FormDone::Rotated(account.clone())),
        accounts::form_done(&FormDone::Linked(Box::new(Linked { account, broker, is_default: false }))),
    ]);
    looks
}

#[test]
fn hostile_text_neither_links_nor_pings_nor_turns_any_reply_around() {
    let mut cases = 0;
    for text in HOSTILE {
        for reply in hostile_replies(text) {
            let rendered = reply.rendered();
            // Outside of code nothing wild may stand; inside of it nothing but a backtick has a meaning.
            let prose: String = rendered.replace("\\`", "").split('`').step_by(2).collect();
            for wild in ["](", "<@", "<#", "</", "<:", "<a:", "<id:", "<h", "https:", "||", "~~", "__"] {
                let bare = prose.replace("\\\\", "").replace(&format!("\\{}", &wild[..1]), "");
                assert!(!bare.contains(wild), "{wild} from {text:?}: {rendered}");
            }
            assert!(!prose.replace("\\@", "").contains('@'), "{text:?}: {rendered}");
            assert_eq!(rendered.replace("\\`", "").matches('`').count() % 2, 0, "{text:?}: {rendered}");
            let all = reply.transcript();
            assert!(!all.chars().any(|c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')), "{all:?}");
            assert!(!all.chars().any(|c| c.is_control() && c != '\n'), "{all:?}");
            cases += 1;
        }
    }
    println!("PROMISE P16 cases={cases} violations=0 what=replies_with_hostile_text");
}
