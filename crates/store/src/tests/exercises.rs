use super::world::{GUILD, LOOKS, World, alice, eve, new_exercise};
use crate::{Found, StoreError, TicketRefusal};
use domain::account::Environment;
use domain::ids::{InteractionId, TicketId};
use domain::outcome::{Doubt, ExerciseOutcome, Refusal, RefusalReason};
use futures::future::join_all;

async fn shown(world: &World) -> TicketId {
    let mut tx = world.tx().await;
    let shown = tx.insert_exercise(&new_exercise(world.live, Environment::Live)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((shown.decided_at, shown.answer), (None, None));
    shown.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_presses_on_one_exercise_one_decides() {
    let world = World::new().await;
    let id = shown(&world).await;
    let presses = (0..30).map(|n| {
        let store = world.db.store().clone();
        tokio::spawn(async move {
            let mut tx = store.tenant(alice()).await?;
            let taken = tx.decide_exercise(id, InteractionId(9_000 + n), GUILD, LOOKS.least).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(taken)
        })
    });
    let answers: Vec<_> = join_all(presses).await.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    let winners = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|why| *why == TicketRefusal::Used));
    println!("PROMISE P5 (exercise race) cases=30 violations={} winners={winners}", u32::from(winners != 1));
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_press_on_an_exercise_is_refused_by_the_reason_that_holds() {
    let world = World::new().await;
    let (open, expired, withdrawn) = (shown(&world).await, shown(&world).await, shown(&world).await);
    let late = format!("UPDATE app.exercises SET expires_at = now() - interval '1 s' WHERE exercise_id = '{expired}'");
    world.db.as_superuser(&late).await;
    let mut tx = world.tx().await;
    assert!(tx.void_exercise(withdrawn).await.unwrap());
    assert!(!tx.void_exercise(withdrawn).await.unwrap(), "once is enough");
    tx.commit().await.unwrap();
    let cases = [
        (eve(), open, GUILD, TicketRefusal::Unknown),
        (alice(), domain::fresh::ticket(), GUILD, TicketRefusal::Unknown),
        (alice(), open, None, TicketRefusal::Elsewhere),
        (alice(), expired, GUILD, TicketRefusal::Expired),
        (alice(), withdrawn, GUILD, TicketRefusal::Void),
    ];
    for (who, id, guild, refusal) in cases {
        let mut tx = world.db.store().tenant(who).await.unwrap();
        assert_eq!(tx.decide_exercise(id, InteractionId(1), guild, LOOKS.least).await.unwrap(), Err(refusal));
    }
    let mut tx = world.tx().await;
    tx.decide_exercise(open, InteractionId(2), GUILD, LOOKS.least).await.unwrap().unwrap();
    assert!(!tx.void_exercise(open).await.unwrap(), "what was decided is not withdrawn");
    assert_eq!(tx.decide_exercise(open, InteractionId(3), GUILD, LOOKS.least).await.unwrap(), Err(TicketRefusal::Used));
}

#[tokio::test]
async fn every_answer_reads_back_as_it_was_and_the_first_one_stays() {
    let world = World::new().await;
    let refusal = Refusal {
        reason: RefusalReason::OptionHours,
        message: "no".into(),
        status: 403,
        code: Some(40_310_000),
        request_id: Some("r".into()),
    };
    let answers = [
        ExerciseOutcome::Taken,
        ExerciseOutcome::Refused(refusal),
        ExerciseOutcome::Unknown(Doubt::ServerError { status: 504 }),
    ];
    for (n, answer) in (100..).zip(&answers) {
        let id = shown(&world).await;
        let mut tx = world.tx().await;
        assert!(!tx.answer_exercise(id, answer).await.unwrap(), "nothing was decided");
        tx.decide_exercise(id, InteractionId(n), GUILD, LOOKS.least).await.unwrap().unwrap();
        assert_eq!(tx.exercise(id).await.unwrap().answer, None, "it may be there: nobody knows yet");
        assert!(tx.answer_exercise(id, answer).await.unwrap());
        assert!(!tx.answer_exercise(id, &ExerciseOutcome::Taken).await.unwrap());
        assert_eq!(tx.exercise(id).await.unwrap().answer.as_ref(), Some(answer));
    }
}

/// Exercises that a job would be handed.
async fn due(world: &World) -> Vec<TicketId> {
    let due = world.db.store().system().await.unwrap().due_exercises(10).await.unwrap();
    assert!(due.iter().all(|(tenant, _)| *tenant == alice()));
    due.into_iter().map(|(_, id)| id).collect()
}

#[tokio::test]
async fn an_exercise_without_an_answer_is_due_until_it_is_found_and_one_looks_at_a_time() {
    let world = World::new().await;
    let (id, other) = (shown(&world).await, shown(&world).await);
    let all_due = "UPDATE app.exercises SET next_look_at = now() - interval '1 s' WHERE next_look_at IS NOT NULL";
    let mut tx = world.tx().await;
    assert!(!tx.find_exercise(id, Found::Exercised).await.unwrap(), "nothing was decided");
    for (n, id) in [(1, id), (2, other)] {
        tx.decide_exercise(id, InteractionId(n), GUILD, LOOKS.least).await.unwrap().unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(due(&world).await, [], "its call may be under way");
    world.db.as_superuser(all_due).await;
    assert_eq!(due(&world).await.len(), 1, "one an account");
    let mut tx = world.tx().await;
    let claimed = tx.claim_exercise(id, LOOKS).await.unwrap().unwrap();
    assert_eq!((claimed.id, claimed.found, claimed.is_settled()), (id, None, false));
    assert_eq!(tx.claim_exercise(id, LOOKS).await.unwrap(), None, "somebody is at it");
    assert!(tx.answer_exercise(other, &ExerciseOutcome::Taken).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(due(&world).await, [], "an answer ends it");
    let mut tx = world.tx().await;
    assert!(!tx.find_exercise(other, Found::Exercised).await.unwrap(), "Alpaca has said what became of it");
    assert!(tx.answer_exercise(id, &ExerciseOutcome::Unknown(Doubt::TimedOut)).await.unwrap());
    assert!(tx.find_exercise(id, Found::GivenUp).await.unwrap());
    assert!(!tx.find_exercise(id, Found::GivenUp).await.unwrap());
    assert!(tx.find_exercise(id, Found::Exercised).await.unwrap(), "a press may find it later");
    assert!(!tx.find_exercise(id, Found::GivenUp).await.unwrap(), "what was found stays");
    assert!(tx.exercise(id).await.unwrap().is_settled());
    tx.commit().await.unwrap();
    world.db.as_superuser(all_due).await;
    assert_eq!(due(&world).await, []);
}

#[tokio::test]
async fn the_looks_for_an_exercise_grow_rarer_and_end() {
    let world = World::new().await;
    let id = shown(&world).await;
    let mut tx = world.tx().await;
    tx.decide_exercise(id, InteractionId(1), GUILD, LOOKS.least).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    for (age, wait) in [("1 minute", "60"), ("10 minutes", "300"), ("1 day", "7200"), ("6 days", "-")] {
        let old = format!(
            "UPDATE app.exercises SET decided_at = now() - interval '{age}', next_look_at = now() - interval '1 s'
              WHERE exercise_id = '{id}'"
        );
        world.db.as_superuser(&old).await;
        let mut tx = world.tx().await;
        assert!(tx.claim_exercise(id, LOOKS).await.unwrap().is_some());
        tx.commit().await.unwrap();
        let left = format!(
            "SELECT coalesce((round(extract(epoch FROM next_look_at - now()) / 30) * 30)::int::text, '-')
               FROM app.exercises WHERE exercise_id = '{id}'"
        );
        assert_eq!(world.db.as_superuser(&left).await[0][0].as_deref(), Some(wait), "{age}");
    }
}

#[tokio::test]
async fn what_is_not_to_be_exercised_is_never_looked_for() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let new = crate::NewExercise {
        wish: domain::brokerage::Wish::DoNotExercise,
        ..new_exercise(world.live, Environment::Live)
    };
    let id = tx.insert_exercise(&new).await.unwrap().id;
    tx.decide_exercise(id, InteractionId(1), GUILD, LOOKS.least).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let looks =
        world.db.as_superuser("SELECT next_look_at::text FROM app.exercises WHERE decided_at IS NOT NULL").await;
    assert_eq!(looks[0][0], None, "the history would not tell");
}
