//! `POST /v2/positions/{contract}/exercise` and `/do-not-exercise`. They have no name of ours that could be looked up, so they
//! are sent once and whatever is not proved stays in doubt.
//!
//! | status | code | outcome |
//! |---|---|---|
//! | 200, 204 | | `Taken` |
//! | 404 | 40410000 | `Refused` (no such position) |
//! | 403 | 40310001 | `Refused` (a short position) |
//! | 400, 401, 403, 422 | as for a submit | `Refused` |
//! | 429, 5xx, all else | | `Unknown` |

use super::{Endpoint, look_up, submit};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use domain::brokerage::{Lane, Wish};
use domain::outcome::{Doubt, ExerciseOutcome};
use domain::symbol::Symbol;
use reqwest::Method;

/// Tells what is wanted of a held contract.
pub(crate) struct Exercise<'a> {
    pub(crate) contract: &'a Symbol,
    pub(crate) wish: Wish,
}

impl Endpoint for Exercise<'_> {
    type Reply = ExerciseOutcome;
    const NAME: &'static str = "exercise";
    const METHOD: Method = Method::POST;
    const LANE: Lane = Lane::Orders;

    fn path(&self) -> Path {
        match self.wish {
            Wish::Exercise => Path::Exercise(self.contract.clone()),
            Wish::DoNotExercise => Path::DoNotExercise(self.contract.clone()),
        }
    }

    fn read(&self, answer: &Answer) -> ExerciseOutcome {
        let status = answer.status;
        match (status, Problem::read(&answer.body)) {
            (200 | 204, None) => ExerciseOutcome::Taken,
            (404, Some(problem)) if look_up::is_no_such_order(answer) => {
                ExerciseOutcome::Refused(problem.refusal(answer))
            }
            (403, Some(problem)) if problem.code == Some(40_310_001) => {
                ExerciseOutcome::Refused(problem.refusal(answer))
            }
            (429, _) => ExerciseOutcome::Unknown(Doubt::RateLimited { until: answer.listens_at }),
            (500.., _) => ExerciseOutcome::Unknown(Doubt::ServerError { status }),
            (_, Some(problem)) if submit::is_definitive(status, &problem) => {
                ExerciseOutcome::Refused(problem.refusal(answer))
            }
            _ => ExerciseOutcome::Unknown(Doubt::Unreadable { status }),
        }
    }
}
