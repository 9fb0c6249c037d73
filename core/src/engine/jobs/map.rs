//! The seconds of all clips analysed since the program started, laid out on a plane.

use crate::base::{ClipId, Labels};
use crate::engine::session::ComputeSession;
use crate::engine::{
    EngineError, HeadChoice, Job, MapPoint, ReplyBody, SecondsMap, Step, StepContext,
};
use crate::predict::{DistilledSecond, Plane};

/// Seconds that are laid out; of more, every so many-th.
const MOST: usize = 3_000;

/// Takes what is there when it begins, then goes on a few epochs a step.
pub(super) struct MapJob {
    head: HeadChoice,
    begun: Option<Begun>,
}

struct Begun {
    labels: Labels,
    seconds: Vec<(ClipId, usize, Option<usize>)>,
    of: usize,
    plane: Plane,
}

impl MapJob {
    pub(super) fn new(head: HeadChoice) -> Self {
        Self { head, begun: None }
    }
}

impl Job<ComputeSession> for MapJob {
    fn step(
        &mut self,
        session: &mut ComputeSession,
        context: &mut StepContext<'_>,
    ) -> Result<Step, EngineError> {
        let begun = match &mut self.begun {
            Some(begun) => begun,
            none => none.insert(begin(session, &self.head)?),
        };
        let more = begun.plane.step();
        let (done, of) = begun.plane.progress();
        context.progress(done as u64, of as u64);
        if more {
            return Ok(Step::More);
        }
        let places = begun.plane.places().into_iter();
        let points = places.zip(&begun.seconds);
        let points = points.map(|(at, (clip, segment, class))| MapPoint {
            clip: *clip,
            segment: *segment,
            class: *class,
            at,
        });
        context.reply(ReplyBody::Map(SecondsMap {
            labels: begun.labels.clone(),
            points: points.collect(),
            of: begun.of,
        }));
        Ok(Step::Done)
    }
}

fn begin(session: &mut ComputeSession, head: &HeadChoice) -> Result<Begun, EngineError> {
    let ready = session.head(head)?;
    let (id, labels) = (ready.file.id, ready.file.labels.clone());
    let of = session.distilled().len(id);
    let all = session.distilled().spread(id, MOST);
    let mut rows = Vec::with_capacity(all.len());
    let mut seconds = Vec::with_capacity(all.len());
    for DistilledSecond {
        clip,
        segment,
        class,
        row,
    } in all
    {
        rows.push(row);
        seconds.push((clip, segment, class));
    }
    Ok(Begun {
        labels,
        seconds,
        of,
        plane: Plane::new(rows),
    })
}
