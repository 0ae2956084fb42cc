//! A user's own audit book: pages that turn, a copy, and nobody else's.

use crate::world::{World, market, user};
use desk::Refused;
use desk::book::Search;
use desk::export::Form;
use desk::view::{Page, Shown, View};
use domain::account::Environment;
use domain::brokerage::Which;
use domain::tenant::Tenant;

async fn shown(world: &World, tenant: Tenant, view: View) -> Shown {
    world.desk.show(tenant, view).await.unwrap()
}

fn entries(shown: &Shown) -> Vec<i64> {
    let Page::Book(page) = &shown.page else { panic!("not a book: {shown:?}") };
    page.entries.iter().map(|entry| entry.seq).collect()
}

#[tokio::test]
async fn pages_of_the_book_turn_by_stored_buttons_and_for_their_owner_only() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    for shares in 1..=6 {
        world.sent(tenant, market(shares)).await;
    }
    // Which opens the credential, and is listed only when it is searched for.
    world.orders(tenant, Which::All).await;
    let book = world.book(tenant).await;
    let listed = book.iter().rev().filter(|entry| entry.action != "credential_opened").map(|entry| entry.seq);
    let listed: Vec<_> = listed.collect();
    assert!(12 < listed.len() && listed.len() < book.len(), "{book:?}");
    let first = shown(&world, tenant, View::Book { search: Search::default(), trail: vec![] }).await;
    assert_eq!(entries(&first), listed[..10]);
    let older = View::Book { search: Search::default(), trail: vec![listed[9]] };
    let button = first.link(&older).expect("there is more");
    // In another process, after a restart.
    let restarted = world.another_desk();
    let stored = restarted.view_of(tenant, button).await.unwrap();
    assert_eq!(restarted.view_of(user(2), button).await.unwrap_err(), Refused::ViewGone);
    assert_eq!(stored, older);
    let second = shown(&world, tenant, stored).await;
    assert_eq!(entries(&second)[0], listed[10]);
    let other = shown(&world, user(2), View::Book { search: Search::default(), trail: vec![] }).await;
    assert_eq!(entries(&other), Vec::<i64>::new());

    let search = Search { act: Some("order_sent".to_owned()), ..Search::default() };
    let sent = shown(&world, tenant, View::Book { search: search.clone(), trail: vec![] }).await;
    assert_eq!(entries(&sent).len(), 6);
    let copy = shown(&world, tenant, View::BookFile { search, form: Form::JsonLines }).await;
    let Page::BookFile(file) = &copy.page else { panic!("not a file: {copy:?}") };
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert_eq!(file.lines, text.lines().count());
    assert_eq!(i64::try_from(file.lines).unwrap(), file.head.as_ref().unwrap().seq, "every entry has its line");
    assert_eq!(text.lines().filter(|line| line.contains("\"text\":")).count(), 6, "what was searched for is shown");
    assert!(world.actions(tenant).await.contains(&"book_exported".to_owned()), "to copy is an act");
}
