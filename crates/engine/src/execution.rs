//! What an execution's events add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asl::{Failure, Program, StateKind};
use base::Timestamp;
use json::Value;
use minicbor::{Decode, Encode};

use crate::event::{
    Assigned, Attempt, Event, EventKind, ExecutionRedriven, FrameId, MapIterationStarted, Payload,
    StateEntered, StateExited,
};
use crate::frame::{Frame, Item, MapPhase, MapRunPhase, ParallelPhase, Phase, Ready, TaskPhase};
use crate::record::{self, Payloads, RecordError};

/// The frame of the root machine.
pub const ROOT_FRAME: FrameId = 0;

/// The fold of an execution's events. Also a stored format: a snapshot bounds the fold of a long execution.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
pub struct Execution {
    #[n(0)]
    status: Status,
    #[n(1)]
    end: Option<End>,
    /// The AWS id of the last event that has one.
    #[n(2)]
    last_event_id: u64,
    #[n(3)]
    next_frame: FrameId,
    #[n(4)]
    next_attempt: Attempt,
    #[n(5)]
    frames: BTreeMap<FrameId, Frame>,
    /// Frames that can go on now, by their `turn`.
    #[n(6)]
    ready: BTreeMap<i64, FrameId>,
    /// When the execution itself times out.
    #[n(7)]
    deadline: Option<i64>,
    /// The frames' deadlines, soonest first.
    #[n(8)]
    due: BTreeSet<(i64, FrameId)>,
    #[n(9)]
    redrive_count: u32,
    #[n(10)]
    redriven_at: Option<i64>,
    /// Bytes of all variables in all frames.
    #[n(11)]
    variable_bytes: u64,
    /// Where open tasks and map runs stand.
    #[n(12)]
    attempts: BTreeMap<Attempt, FrameId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    #[default]
    #[n(0)]
    Running,
    #[n(1)]
    Succeeded,
    #[n(2)]
    Failed,
    #[n(3)]
    TimedOut,
    #[n(4)]
    Aborted,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map, context_bound = "Payloads")]
struct End {
    #[n(0)]
    at: i64,
    #[n(1)]
    output: Option<Payload>,
    #[n(2)]
    error: Option<String>,
    #[n(3)]
    cause: Option<String>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Succeeded(Value),
    Failed(Failure),
    TimedOut(Failure),
    Aborted(Failure),
}

impl Execution {
    pub fn new() -> Self {
        Execution::default()
    }

    /// Folds all events of an execution.
    pub fn fold<'a>(program: &Program, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut execution = Execution::new();
        for event in events {
            execution.apply(program, event);
        }
        execution
    }

    pub fn to_snapshot(&self) -> Vec<u8> {
        record::encode_with(self)
    }

    pub fn from_snapshot(snapshot: &[u8]) -> Result<Self, RecordError> {
        record::decode_with(snapshot)
    }

    pub fn status(&self) -> Status {
        self.status
    }

    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    pub fn outcome(&self) -> Option<Outcome> {
        let end = self.end.as_ref()?;
        let failure = || Failure {
            error: end.error.as_deref().map(Arc::from),
            cause: end.cause.as_deref().map(Arc::from),
        };
        Some(match self.status {
            Status::Running => return None,
            Status::Succeeded => Outcome::Succeeded(
                end.output.as_ref().map(|output| output.0.clone()).unwrap_or_default(),
            ),
            Status::Failed => Outcome::Failed(failure()),
            Status::TimedOut => Outcome::TimedOut(failure()),
            Status::Aborted => Outcome::Aborted(failure()),
        })
    }

    pub fn ended_at(&self) -> Option<Timestamp> {
        self.end.as_ref().map(|end| Timestamp::from_millis(end.at))
    }

    pub fn redrive_count(&self) -> u32 {
        self.redrive_count
    }

    pub fn redriven_at(&self) -> Option<Timestamp> {
        self.redriven_at.map(Timestamp::from_millis)
    }

    /// The id of the last event that AWS would count.
    pub fn last_event_id(&self) -> u64 {
        self.last_event_id
    }

    /// When this execution must be woken if nothing else happens.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let soonest = self.due.first().map(|(at, _)| *at);
        let at = match (self.deadline, soonest) {
            (Some(deadline), Some(soonest)) => Some(deadline.min(soonest)),
            (deadline, soonest) => deadline.or(soonest),
        };
        at.filter(|_| self.is_running()).map(Timestamp::from_millis)
    }

    /// The task that this attempt is, while it is open.
    pub fn task(&self, attempt: Attempt) -> Option<(&Frame, &TaskPhase)> {
        let frame = self.frames.get(self.attempts.get(&attempt)?)?;
        match &frame.phase {
            Phase::Task(task) => Some((frame, task)),
            _ => None,
        }
    }

    /// The frame whose Map state started this map run, while it runs.
    pub(crate) fn map_run_frame(&self, attempt: Attempt) -> Option<FrameId> {
        let frame = self.frames.get(self.attempts.get(&attempt)?)?;
        matches!(frame.phase, Phase::MapRun(_)).then_some(frame.id)
    }

    /// Attempts that somebody outside may still be working on.
    pub fn open_attempts(&self) -> impl Iterator<Item = Attempt> {
        self.attempts.keys().copied()
    }

    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.frames.values()
    }

    pub(crate) fn frame(&self, id: FrameId) -> &Frame {
        self.frames.get(&id).expect("a frame that is asked for is alive")
    }

    pub(crate) fn find_frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get(&id)
    }

    pub(crate) fn first_ready(&self) -> Option<FrameId> {
        self.ready.first_key_value().map(|(_, frame)| *frame)
    }

    pub(crate) fn due_before(&self, now: Timestamp) -> Option<FrameId> {
        self.due.first().filter(|(at, _)| *at <= now.as_millis()).map(|(_, frame)| *frame)
    }

    pub(crate) fn deadline_passed(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now.as_millis())
    }

    pub(crate) fn next_frame(&self) -> FrameId {
        self.next_frame
    }

    pub(crate) fn next_attempt(&self) -> Attempt {
        self.next_attempt
    }

    pub(crate) fn variable_bytes(&self) -> u64 {
        self.variable_bytes
    }

    /// A variable as a state in `frame` sees it: its own machine's first, then outwards.
    pub(crate) fn variable(&self, frame: FrameId, name: &str) -> Option<Value> {
        let mut at = self.frames.get(&frame);
        while let Some(frame) = at {
            if let Some(value) = frame.variables.get(name) {
                return Some(value.0.clone());
            }
            at = frame.parent.and_then(|parent| self.frames.get(&parent));
        }
        None
    }

    /// The frames below `frame`, in the order of their ids.
    pub(crate) fn children(&self, frame: FrameId) -> Vec<FrameId> {
        self.frames
            .values()
            .filter(|child| child.parent == Some(frame))
            .map(|child| child.id)
            .collect()
    }
}

/// The fold itself.
impl Execution {
    /// The only way an execution changes.
    pub fn apply(&mut self, program: &Program, event: &Event) {
        if event.id != 0 {
            self.last_event_id = event.id;
        }
        match &event.kind {
            EventKind::ExecutionStarted(started) => {
                self.deadline = started.deadline;
                let machine = asl::MachineId(started.machine);
                let start_at = program[machine].start_at.0;
                self.open_frame(None, machine.0, 0, start_at, &started.input, None, 0);
            }
            EventKind::StateEntered(entered) => self.apply_entered(program, entered, event),
            EventKind::StateExited(exited) => self.apply_exited(exited, event.id),
            EventKind::WaitStarted(wait) => {
                self.set_phase(wait.frame, Phase::Waiting);
                self.set_deadline(wait.frame, Some(wait.until));
            }
            EventKind::RetryScheduled(retry) => {
                self.close_children(retry.frame);
                self.set_phase(retry.frame, Phase::Backoff);
                self.set_deadline(retry.frame, Some(retry.until));
                let frame = self.frame_mut(retry.frame);
                frame.previous = event.previous;
                frame.retries[retry.retrier as usize] += 1;
            }
            EventKind::StateAborted(aborted) => self.fail_frame(aborted.frame),
            EventKind::EvaluationFailed(failed) => self.frame_mut(failed.frame).previous = event.id,
            EventKind::TaskScheduled(_)
            | EventKind::TaskStarted(_)
            | EventKind::TaskSubmitted(_)
            | EventKind::TaskSucceeded(_)
            | EventKind::TaskFailed(_)
            | EventKind::TaskHeartbeat(_) => self.apply_to_task(event),
            EventKind::ParallelStarted(_)
            | EventKind::ParallelSucceeded(_)
            | EventKind::ParallelFailed(_)
            | EventKind::MapStarted(_)
            | EventKind::MapIterationStarted(_)
            | EventKind::MapIterationSucceeded(_)
            | EventKind::MapIterationFailed(_)
            | EventKind::MapIterationAborted(_)
            | EventKind::MapSucceeded(_)
            | EventKind::MapFailed(_)
            | EventKind::MapRunStarted(_)
            | EventKind::MapRunSucceeded(_)
            | EventKind::MapRunFailed(_)
            | EventKind::MapRunAborted(_)
            | EventKind::MapRunRedriven(_) => self.apply_to_children(program, event),
            EventKind::ExecutionSucceeded(_)
            | EventKind::ExecutionFailed(_)
            | EventKind::ExecutionTimedOut(_)
            | EventKind::ExecutionAborted(_)
            | EventKind::ExecutionRedriven(_) => self.apply_to_execution(event),
        }
    }

    fn apply_entered(&mut self, program: &Program, entered: &StateEntered, event: &Event) {
        let retriers = program[asl::StateId(entered.state)].kind.handlers().0.len();
        self.set_phase(entered.frame, Phase::Entered);
        let frame = self.frame_mut(entered.frame);
        frame.before_entered = frame.previous;
        frame.previous = event.id;
        frame.state = entered.state;
        frame.entered_id = event.id;
        frame.entered_at = event.at;
        frame.input = entered.input.clone();
        frame.retries = vec![0; retriers];
    }

    fn apply_exited(&mut self, exited: &StateExited, event_id: u64) {
        self.close_children(exited.frame);
        self.assign(exited.frame, &exited.assigned);
        self.frame_mut(exited.frame).previous = event_id;
        match exited.next {
            Some(state) => {
                let ready = Ready { state, input: exited.output.clone() };
                self.set_phase(exited.frame, Phase::Ready(ready));
            }
            None => self.finish_frame(exited.frame, &exited.output),
        }
    }

    fn apply_to_task(&mut self, event: &Event) {
        match &event.kind {
            EventKind::TaskScheduled(scheduled) => {
                self.next_attempt = scheduled.attempt + 1;
                let after = |seconds: u64| {
                    event.at().after(std::time::Duration::from_secs(seconds)).as_millis()
                };
                let phase = TaskPhase {
                    attempt: scheduled.attempt,
                    secret: scheduled.secret,
                    started: false,
                    submitted: false,
                    timeout_at: scheduled.timeout_seconds.map(after),
                    heartbeat_seconds: scheduled.heartbeat_seconds,
                    heartbeat_at: None,
                };
                self.set_task(scheduled.frame, phase);
                self.frame_mut(scheduled.frame).previous = event.id;
            }
            EventKind::TaskStarted(started) => self.change_task(started.attempt, event, |task| {
                task.started = true;
                task.beat(event);
            }),
            EventKind::TaskHeartbeat(beat) => {
                self.change_task(beat.attempt, event, |task| task.beat(event))
            }
            EventKind::TaskSubmitted(submitted) => {
                self.change_task(submitted.attempt, event, |task| {
                    task.submitted = true;
                    task.beat(event);
                })
            }
            EventKind::TaskSucceeded(succeeded) => {
                let frame = self.task_frame(succeeded.attempt);
                self.set_phase(frame, Phase::TaskDone(succeeded.output.clone()));
                self.frame_mut(frame).previous = event.id;
            }
            EventKind::TaskFailed(failed) => {
                let frame = self.task_frame(failed.attempt);
                self.set_phase(frame, Phase::Failed);
                self.frame_mut(frame).previous = event.id;
            }
            other => unreachable!("{other:?} is no task's event"),
        }
    }

    fn apply_to_children(&mut self, program: &Program, event: &Event) {
        match &event.kind {
            EventKind::ParallelStarted(started) => {
                let StateKind::Parallel(parallel) =
                    &program[self.frame(started.frame).state_id()].kind
                else {
                    unreachable!("a Parallel state has started")
                };
                let outputs = vec![None; parallel.branches.len()];
                self.frame_mut(started.frame).previous = event.id;
                self.set_phase(started.frame, Phase::Parallel(ParallelPhase { outputs }));
                for (place, branch) in parallel.branches.iter().enumerate() {
                    let start_at = program[*branch].start_at.0;
                    let parent = Some(started.frame);
                    self.open_frame(
                        parent,
                        branch.0,
                        place as u32,
                        start_at,
                        &started.input,
                        None,
                        event.id,
                    );
                }
            }
            EventKind::MapStarted(started) => {
                let phase = MapPhase {
                    items: Payload(indexed(&started.items.0)),
                    input: started.input.clone(),
                    concurrency: started.concurrency,
                    next: 0,
                    running: 0,
                    outputs: vec![None; started.items.0.len()],
                    cause: event.id,
                };
                self.frame_mut(started.frame).previous = event.id;
                self.set_phase(started.frame, Phase::Map(phase));
            }
            EventKind::MapIterationStarted(started) => {
                self.apply_iteration_started(program, started, event.id)
            }
            EventKind::MapIterationSucceeded(succeeded) => {
                self.apply_iteration_succeeded(succeeded.frame, event.id)
            }
            EventKind::MapIterationFailed(failed) => self.fail_frame(failed.frame),
            // The states inside have their own events; they fail by those.
            EventKind::MapIterationAborted(_) => {}
            EventKind::MapFailed(failed) | EventKind::ParallelFailed(failed) => {
                self.frame_mut(failed.frame).previous = event.id;
            }
            // AWS's StateExited points past these to what came before them.
            EventKind::ParallelSucceeded(_) | EventKind::MapSucceeded(_) => {}
            EventKind::MapRunStarted(started) => {
                self.next_attempt = started.attempt + 1;
                let phase = MapRunPhase {
                    attempt: started.attempt,
                    map_run_arn: started.map_run_arn.clone(),
                };
                self.frame_mut(started.frame).previous = event.id;
                self.set_phase(started.frame, Phase::MapRun(phase));
            }
            EventKind::MapRunSucceeded(run) | EventKind::MapRunAborted(run) => {
                self.frame_mut(run.frame).previous = event.id;
            }
            EventKind::MapRunFailed(run) => self.frame_mut(run.frame).previous = event.id,
            EventKind::MapRunRedriven(run) => self.frame_mut(run.frame).previous = event.id,
            other => unreachable!("{other:?} is no event of a Parallel or Map state"),
        }
    }

    fn apply_iteration_started(
        &mut self,
        program: &Program,
        started: &MapIterationStarted,
        event_id: u64,
    ) {
        let parent = self.frame_mut(started.frame);
        let StateKind::Map(map) = &program[parent.state_id()].kind else {
            unreachable!("a Map state has started an iteration")
        };
        let Phase::Map(phase) = &mut parent.phase else { unreachable!("a Map state is running") };
        let item = item_at(&phase.items.0, started.index);
        phase.next = started.index + 1;
        phase.running += 1;
        let start_at = program[map.processor].start_at.0;
        let (machine, parent) = (map.processor.0, Some(started.frame));
        self.queue(started.frame);
        self.open_frame(
            parent,
            machine,
            started.index,
            start_at,
            &started.input,
            Some(item),
            event_id,
        );
    }

    fn apply_iteration_succeeded(&mut self, child: FrameId, event_id: u64) {
        let frame = self.frame(child);
        let (place, cause) = (frame.place, frame.previous);
        let parent = frame.parent.expect("an iteration has a Map state above it");
        let Phase::Done(output) = frame.phase.clone() else {
            unreachable!("the iteration is done")
        };
        self.close_frame(child);
        let parent = self.frame_mut(parent);
        parent.previous = event_id;
        let Phase::Map(phase) = &mut parent.phase else { unreachable!("a Map state is running") };
        phase.cause = cause;
        phase.outputs[place as usize] = Some(output);
        phase.running -= 1;
        let parent = parent.id;
        self.queue(parent);
    }

    fn apply_to_execution(&mut self, event: &Event) {
        let (status, output, end) = match &event.kind {
            EventKind::ExecutionSucceeded(ended) => {
                (Status::Succeeded, Some(ended.output.clone()), None)
            }
            EventKind::ExecutionFailed(ended) => (Status::Failed, None, Some(ended)),
            EventKind::ExecutionTimedOut(ended) => (Status::TimedOut, None, Some(ended)),
            EventKind::ExecutionAborted(ended) => (Status::Aborted, None, Some(ended)),
            EventKind::ExecutionRedriven(redriven) => return self.apply_redriven(redriven, event),
            other => unreachable!("{other:?} doesn't end or redrive an execution"),
        };
        self.status = status;
        self.end = Some(End {
            at: event.at,
            output,
            error: end.and_then(|end| end.error.clone()),
            cause: end.and_then(|end| end.cause.clone()),
        });
        self.ready.clear();
        self.due.clear();
        self.attempts.clear();
        self.deadline = None;
        for frame in self.frames.values_mut() {
            frame.turn = None;
            frame.deadline = None;
        }
    }

    /// Every leaf that isn't done begins its state again; what has succeeded stays as it is.
    fn apply_redriven(&mut self, redriven: &ExecutionRedriven, event: &Event) {
        self.status = Status::Running;
        self.end = None;
        self.deadline = redriven.deadline;
        self.redrive_count = redriven.redrive_count;
        self.redriven_at = Some(event.at);
        let parents: BTreeSet<FrameId> =
            self.frames.values().filter_map(|frame| frame.parent).collect();
        let ids: Vec<FrameId> = self.frames.keys().copied().collect();
        for id in ids {
            let frame = self.frame_mut(id);
            frame.previous = event.id;
            frame.deadline = None;
            frame.retries.fill(0);
            let keeps = parents.contains(&id)
                || matches!(frame.phase, Phase::Done(_) | Phase::Ready(_) | Phase::MapRun(_));
            if !keeps {
                frame.phase = Phase::Entered;
            }
            if let Phase::MapRun(run) = &frame.phase {
                let attempt = run.attempt;
                self.attempts.insert(attempt, id);
            } else if !parents.contains(&id) {
                self.queue_last(id);
            }
        }
    }

    fn assign(&mut self, frame: FrameId, assigned: &[Assigned]) {
        for variable in assigned {
            let added = variable.value.0.text_len() as u64;
            let old = self
                .frame_mut(frame)
                .variables
                .insert(variable.name.clone(), variable.value.clone());
            let removed = old.map_or(0, |value| value.0.text_len() as u64);
            self.variable_bytes = self.variable_bytes + added - removed;
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a frame is what these seven say it is")]
    fn open_frame(
        &mut self,
        parent: Option<FrameId>,
        machine: u32,
        place: u32,
        start_at: u32,
        input: &Payload,
        item: Option<Item>,
        previous: u64,
    ) {
        let id = self.next_frame;
        self.next_frame += 1;
        let frame = Frame {
            id,
            parent,
            machine,
            place,
            item,
            previous,
            before_entered: previous,
            variables: BTreeMap::new(),
            state: start_at,
            entered_id: 0,
            entered_at: 0,
            input: input.clone(),
            retries: Vec::new(),
            phase: Phase::Ready(Ready { state: start_at, input: input.clone() }),
            deadline: None,
            turn: None,
        };
        self.frames.insert(id, frame);
        self.queue_last(id);
    }

    /// A machine has reached its end: the root keeps its output, a branch hands it up, an iteration waits
    /// for its MapIterationSucceeded.
    fn finish_frame(&mut self, id: FrameId, output: &Payload) {
        self.set_phase(id, Phase::Done(output.clone()));
        let frame = self.frame(id);
        let (place, previous) = (frame.place, frame.previous);
        let Some(parent) = frame.parent else { return };
        let parent = self.frame_mut(parent);
        if let Phase::Parallel(phase) = &mut parent.phase {
            phase.outputs[place as usize] = Some(output.clone());
            parent.previous = previous;
            let parent = parent.id;
            self.close_frame(id);
            self.queue(parent);
        }
    }

    /// A Parallel or Map state keeps what it has, for a redrive.
    fn fail_frame(&mut self, id: FrameId) {
        match self.frame(id).phase {
            Phase::Parallel(_) | Phase::Map(_) | Phase::MapRun(_) => {}
            _ => self.set_phase(id, Phase::Failed),
        }
    }

    fn close_frame(&mut self, id: FrameId) {
        self.close_children(id);
        self.set_deadline(id, None);
        self.set_phase(id, Phase::Failed);
        if let Some(frame) = self.frames.remove(&id) {
            let bytes: usize = frame.variables.values().map(|value| value.0.text_len()).sum();
            self.variable_bytes -= bytes as u64;
        }
    }

    fn close_children(&mut self, id: FrameId) {
        if matches!(self.frame(id).phase, Phase::Parallel(_) | Phase::Map(_)) {
            for child in self.children(id) {
                self.close_frame(child);
            }
        }
    }

    /// Changes what a frame does, and keeps what is known of it elsewhere in step.
    fn set_phase(&mut self, id: FrameId, phase: Phase) {
        self.set_deadline(id, None);
        if let Phase::Task(TaskPhase { attempt, .. }) | Phase::MapRun(MapRunPhase { attempt, .. }) =
            &phase
        {
            self.attempts.insert(*attempt, id);
        }
        let new_attempt = attempt_of(&phase);
        let old = std::mem::replace(&mut self.frame_mut(id).phase, phase);
        if let Some(old) = attempt_of(&old).filter(|old| Some(*old) != new_attempt) {
            self.attempts.remove(&old);
        }
        self.queue(id);
    }

    /// Puts a frame among those that can go on, or takes it out, as its phase says.
    /// What just moved goes first, so that a chain of states runs through.
    fn queue(&mut self, id: FrameId) {
        let can_go_on = match &self.frame(id).phase {
            Phase::Ready(_) | Phase::Entered | Phase::TaskDone(_) | Phase::Done(_) => true,
            Phase::Parallel(phase) => phase.outputs.iter().all(Option::is_some),
            Phase::Map(phase) => phase.can_start() || phase.is_complete(),
            Phase::Waiting | Phase::Task(_) | Phase::Backoff | Phase::MapRun(_) | Phase::Failed => {
                false
            }
        };
        match (can_go_on, self.frame(id).turn) {
            (true, None) => {
                let first = self.ready.first_key_value().map_or(0, |(turn, _)| *turn);
                self.set_turn(id, first - 1);
            }
            (false, Some(turn)) => {
                self.ready.remove(&turn);
                self.frame_mut(id).turn = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }

    /// Puts a frame behind all others that can go on.
    fn queue_last(&mut self, id: FrameId) {
        let last = self.ready.last_key_value().map_or(0, |(turn, _)| *turn);
        self.set_turn(id, last + 1);
    }

    fn set_turn(&mut self, id: FrameId, turn: i64) {
        self.ready.insert(turn, id);
        self.frame_mut(id).turn = Some(turn);
    }

    fn set_deadline(&mut self, id: FrameId, deadline: Option<i64>) {
        let frame = self.frames.get_mut(&id).expect("a frame that is asked for is alive");
        if let Some(old) = std::mem::replace(&mut frame.deadline, deadline) {
            self.due.remove(&(old, id));
        }
        if let Some(at) = deadline {
            self.due.insert((at, id));
        }
    }

    fn set_task(&mut self, frame: FrameId, task: TaskPhase) {
        let deadline = task.deadline();
        self.set_phase(frame, Phase::Task(task));
        self.set_deadline(frame, deadline);
    }

    fn change_task(
        &mut self,
        attempt: Attempt,
        event: &Event,
        change: impl FnOnce(&mut TaskPhase),
    ) {
        let frame = self.task_frame(attempt);
        let Phase::Task(mut task) = self.frame(frame).phase.clone() else {
            unreachable!("it is a task's frame")
        };
        change(&mut task);
        self.set_task(frame, task);
        if event.id != 0 {
            self.frame_mut(frame).previous = event.id;
        }
    }

    fn task_frame(&self, attempt: Attempt) -> FrameId {
        self.task(attempt).expect("events speak of open tasks only").0.id
    }

    fn frame_mut(&mut self, id: FrameId) -> &mut Frame {
        self.frames.get_mut(&id).expect("a frame that is asked for is alive")
    }
}

impl TaskPhase {
    fn beat(&mut self, event: &Event) {
        let next = |seconds| event.at().after(std::time::Duration::from_secs(seconds)).as_millis();
        self.heartbeat_at = self.heartbeat_seconds.map(next);
    }
}

fn attempt_of(phase: &Phase) -> Option<Attempt> {
    match phase {
        Phase::Task(task) => Some(task.attempt),
        Phase::MapRun(run) => Some(run.attempt),
        _ => None,
    }
}

/// The same items, each found at once: a parsed array is walked to find one.
fn indexed(items: &Value) -> Value {
    match items.to_object() {
        Some(object) => object.into(),
        None => Value::array(items.items()),
    }
}

/// The item of an array, or the member of an object with its key.
pub(crate) fn item_at(items: &Value, index: u32) -> Item {
    let (key, value) = match items.kind() {
        json::Kind::Object => items
            .entries()
            .nth(index as usize)
            .map(|(key, value)| (Some(key.to_owned()), value))
            .unwrap_or_default(),
        _ => (None, items.at(index as usize).unwrap_or_default()),
    };
    Item { index, value: Payload(value), key }
}
