//! Linking and rotating: the form is good once, the keys are proved first, and each slip has its own answer.

use crate::world::{World, interaction, key_of, pasted, user};
use desk::connect::{FormFor, Pasted};
use desk::views::FormDone;
use desk::{Field, KeysRefusal, Refused};
use domain::account::{AccountName, AccountStatus, Environment};
use domain::fresh;
use domain::ids::FormId;
use domain::tenant::Tenant;

const PAPER: &str = "PKTEST0000000000TEST";
const LIVE: &str = "AKTEST0000000000TEST";

async fn form(world: &World, tenant: Tenant, environment: Environment, name: Option<&str>) -> FormId {
    let form = fresh::form();
    let name = name.map(|name| AccountName::parse(name).unwrap());
    world.desk.open_form(tenant, form, FormFor::Link { environment, name }).await.unwrap();
    form
}

async fn try_link(
    world: &World,
    tenant: Tenant,
    environment: Environment,
    pasted: Pasted,
) -> Result<FormDone, Refused> {
    let form = form(world, tenant, environment, None).await;
    world.desk.submit_form(tenant, form, pasted, interaction()).await
}

async fn try_rotate(world: &World, tenant: Tenant, account: &str, key_id: &str) -> Result<FormDone, Refused> {
    let form = fresh::form();
    world.desk.open_form(tenant, form, FormFor::Rotate { account: Some(account.into()) }).await.unwrap();
    world.desk.submit_form(tenant, form, pasted(key_id), interaction()).await
}

#[tokio::test]
async fn a_key_of_the_other_environment_is_named() {
    let world = World::open().await;
    let tenant = user(1);
    world.broker.opens(Environment::Live, LIVE, 1);
    world.broker.opens(Environment::Paper, PAPER, 2);
    for (chosen, key_id) in [(Environment::Paper, LIVE), (Environment::Live, PAPER)] {
        let refused = try_link(&world, tenant, chosen, pasted(key_id)).await.unwrap_err();
        assert_eq!(refused, Refused::Keys(KeysRefusal::OtherEnvironment { actual: chosen.other() }));
    }
    let unknown = try_link(&world, tenant, Environment::Paper, pasted("PKTEST0000000000NONE")).await.unwrap_err();
    assert_eq!(unknown, Refused::Keys(KeysRefusal::NotAccepted));
    assert!(
        world.desk.accounts(tenant).await.unwrap().list.is_empty(),
        "nothing is stored of keys that were not accepted"
    );
    let rows = world.db.as_superuser("SELECT count(*)::text FROM app.credentials").await;
    assert_eq!(rows[0][0].as_deref(), Some("0"));
}

#[tokio::test]
async fn a_form_is_good_once_for_its_user_and_after_a_restart() {
    let world = World::open().await;
    let tenant = user(1);
    world.broker.opens(Environment::Paper, PAPER, 1);
    let form = form(&world, tenant, Environment::Paper, None).await;
    let restarted = world.another_desk();
    let stranger = restarted.submit_form(user(2), form, pasted(PAPER), interaction()).await;
    assert_eq!(stranger.unwrap_err(), Refused::FormGone);
    let done = restarted.submit_form(tenant, form, pasted(PAPER), interaction()).await.unwrap();
    let FormDone::Linked(linked) = done else { panic!("not a link: {done:?}") };
    assert_eq!(linked.account.name.as_str(), "paper");
    assert_eq!((linked.account.key_tail.as_str(), linked.account.number_tail.as_str()), ("TEST", "0001"));
    assert!(linked.is_default);
    let again = restarted.submit_form(tenant, form, pasted(PAPER), interaction()).await;
    assert_eq!(again.unwrap_err(), Refused::FormGone);
    let never = restarted.submit_form(tenant, fresh::form(), pasted(PAPER), interaction()).await;
    assert_eq!(never.unwrap_err(), Refused::FormGone);
    assert_eq!(world.actions(tenant).await, ["account_linked"]);
}

#[tokio::test]
async fn a_slip_of_the_paste_never_reaches_alpaca() {
    let world = World::open().await;
    let with_newline = Pasted { key_id: format!("{PAPER}\n").into(), ..pasted(PAPER) };
    let refused = try_link(&world, user(1), Environment::Paper, with_newline).await.unwrap_err();
    assert_eq!(refused, Refused::Keys(KeysRefusal::PastedExtras(Field::KeyId)));
    assert_eq!(world.broker.asked("account"), 0);
}

#[tokio::test]
async fn the_first_paper_account_becomes_the_default_and_a_live_one_never_by_itself() {
    let world = World::open().await;
    let tenant = user(1);
    world.link(tenant, Environment::Live, "real").await;
    let accounts = world.desk.accounts(tenant).await.unwrap();
    assert_eq!(accounts.default, Some(accounts.list[0].id), "the only one is meant without being chosen");
    let first = world.link(tenant, Environment::Paper, "first").await;
    world.link(tenant, Environment::Paper, "second").await;
    assert_eq!(world.desk.accounts(tenant).await.unwrap().default, Some(first.id));
}

#[tokio::test]
async fn conflicts_are_named() {
    let world = World::open().await;
    let tenant = user(1);
    let first = world.link(tenant, Environment::Paper, "First").await;
    let key_id = key_of(tenant, Environment::Paper, "First");
    let name = form(&world, tenant, Environment::Paper, Some("first")).await;
    let taken = world.desk.submit_form(tenant, name, pasted(PAPER), interaction()).await.unwrap_err();
    assert_eq!(taken, Refused::NameTaken(AccountName::parse("first").unwrap()));
    let twice = try_link(&world, tenant, Environment::Paper, pasted(&key_id)).await.unwrap_err();
    assert_eq!(twice, Refused::AlreadyLinked(first.name));
    for number in 1..10 {
        world.link(tenant, Environment::Paper, &format!("account {number}")).await;
    }
    world.broker.opens(Environment::Paper, PAPER, 11);
    let eleventh = try_link(&world, tenant, Environment::Paper, pasted(PAPER)).await.unwrap_err();
    assert_eq!(eleventh, Refused::TooManyAccounts(10));
}

#[tokio::test]
async fn rotation_proves_the_same_account_and_heals_refused_keys() {
    let world = World::open().await;
    let tenant = user(1);
    world.broker.opens(Environment::Paper, PAPER, 5);
    try_link(&world, tenant, Environment::Paper, pasted(PAPER)).await.unwrap();
    world.broker.opens(Environment::Paper, "PKTEST00000000OTHER1", 6);
    let other = try_rotate(&world, tenant, "paper", "PKTEST00000000OTHER1").await.unwrap_err();
    assert_eq!(other, Refused::Keys(KeysRefusal::DifferentAccount));
    world.broker.withdraw_keys(PAPER);
    assert!(matches!(world.balance(tenant, None).await.unwrap_err(), Refused::KeysNoLongerAccepted(..)));
    assert_eq!(world.desk.accounts(tenant).await.unwrap().list[0].status, AccountStatus::KeysRefused);
    world.broker.opens(Environment::Paper, "PKTEST000000000000NEW1", 5);
    let done = try_rotate(&world, tenant, "PAPER", "PKTEST000000000000NEW1").await.unwrap();
    let FormDone::Rotated(account) = done else { panic!("not a rotation: {done:?}") };
    assert_eq!((account.status, account.key_tail.as_str()), (AccountStatus::Active, "NEW1"));
    world.balance(tenant, None).await.unwrap();
    assert_eq!(world.actions(tenant).await, ["account_linked", "keys_declined", "keys_refused", "keys_replaced"]);
}

#[tokio::test]
async fn a_submit_that_is_faster_than_its_form_s_row_waits_for_it() {
    let world = World::open().await;
    let (tenant, form) = (user(1), fresh::form());
    world.broker.opens(Environment::Paper, PAPER, 1);
    let purpose = FormFor::Link { environment: Environment::Paper, name: None };
    let (done, opened) = tokio::join!(
        world.desk.submit_form(tenant, form, pasted(PAPER), interaction()),
        world.desk.open_form(tenant, form, purpose),
    );
    opened.unwrap();
    assert!(matches!(done.unwrap(), FormDone::Linked(_)));
}
