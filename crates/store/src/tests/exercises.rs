use super::world::{GUILD, World, alice, eve, new_exercise};
use crate::{StoreError, TicketRefusal};
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
            let taken = tx.decide_exercise(id, InteractionId(9_000 + n), GUILD).await?;
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
        assert_eq!(tx.decide_exercise(id, InteractionId(1), guild).await.unwrap(), Err(refusal));
    }
    let mut tx = world.tx().await;
    tx.decide_exercise(open, InteractionId(2), GUILD).await.unwrap().unwrap();
    assert!(!tx.void_exercise(open).await.unwrap(), "what was decided is not withdrawn");
    assert_eq!(tx.decide_exercise(open, InteractionId(3), GUILD).await.unwrap(), Err(TicketRefusal::Used));
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
        tx.decide_exercise(id, InteractionId(n), GUILD).await.unwrap().unwrap();
        assert_eq!(tx.exercise(id).await.unwrap().answer, None, "it may be there: nobody knows yet");
        assert!(tx.answer_exercise(id, answer).await.unwrap());
        assert!(!tx.answer_exercise(id, &ExerciseOutcome::Taken).await.unwrap());
        assert_eq!(tx.exercise(id).await.unwrap().answer.as_ref(), Some(answer));
    }
}
