//! Where code runs: one QuickJS runtime, with what AppSync's runtime has and nothing else.
//!
//! Each run evaluates the module anew, and everything that outlives a run is frozen, so a run finds nothing of another.
//! What a run may take:
//! - Steps: QuickJS asks every 10,000 calls and turns of loops whether to go on; [`POLLS_MAX`] is how often it may. Built-in
//!   functions don't count theirs, so who runs a realm also has a [`Stop`] for code that takes too long by the clock.
//! - Memory: [`MEMORY_BYTES_MAX`] for the whole realm.
//! - Stack: [`STACK_BYTES_MAX`].
//!
//! A realm that was cut off in the middle of things is thrown away, and the next run gets a new one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base::{Entropy, Stop, Timestamp};
use json::Value;
use resolver::{Changes, Context, End, Failure, Outcome};
use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::{
    Array, CatchResultExt, CaughtError, CaughtResult, Ctx, Function, Object, Persistent, Result,
    Runtime, Value as JsValue,
};

use crate::module::Module;
use crate::natives::{self, Desk};
use crate::values;

/// How often QuickJS may ask whether to go on, each 10,000 steps.
const POLLS_MAX: u32 = 1_000;
/// The values that a run makes are many times as large as their text, which may be 5 MB.
const MEMORY_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Must fit in what the thread has.
const STACK_BYTES_MAX: usize = 512 * 1024;
/// Modules that stay compiled in a realm; the one that was used least lately goes.
const MODULES_MAX: usize = 512;

/// The name that messages know the code by.
pub(crate) const FILE: &str = "code.js";

/// Runs handlers, one at a time, on the thread that it was made on.
#[derive(Default)]
pub struct Realm(Option<Live>);

impl Realm {
    /// Runs a handler of a module: `request`, `response`, `onPublish`, or `onPublish.request` where that is an object.
    pub fn run(
        &mut self,
        module: &Module,
        handler: &str,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
        stop: &Stop,
    ) -> Outcome {
        let live = match self.0.take().map_or_else(Live::open, Ok) {
            Ok(live) => live,
            Err(fault) => {
                let message = format!("The APPSYNC_JS runtime can't start: {fault}");
                return Outcome::failed(Failure::new(message, Failure::CODE));
            }
        };
        live.desk.borrow_mut().begin(module, context, now, entropy);
        live.meter.begin(stop);
        let (end, stash) = live.run(module, handler);
        let effects = live.desk.borrow_mut().end();
        if !live.meter.is_spoiled.get() {
            self.0 = Some(live);
        }
        Outcome { end, changes: Changes::of_stash(stash), effects }
    }
}

/// What a run may still do.
#[derive(Default)]
struct Meter {
    polls_left: Cell<u32>,
    stop: RefCell<Stop>,
    /// Whether the run was cut off.
    is_cut: Cell<bool>,
    /// Whether the realm may be in the middle of something.
    is_spoiled: Cell<bool>,
}

impl Meter {
    fn begin(&self, stop: &Stop) {
        self.polls_left.set(POLLS_MAX);
        self.stop.replace(stop.clone());
        self.is_cut.set(false);
    }

    /// Whether the run is to be cut off.
    fn poll(&self) -> bool {
        let left = self.polls_left.get();
        self.polls_left.set(left.saturating_sub(1));
        let cuts = left == 0 || self.stop.borrow().is_asked();
        if cuts {
            self.is_cut.set(true);
            self.is_spoiled.set(true);
        }
        cuts
    }
}

struct Live {
    // What QuickJS keeps for us goes before QuickJS does.
    makers: RefCell<Vec<Maker>>,
    context_maker: Persistent<Function<'static>>,
    modules: Persistent<Object<'static>>,
    context: rquickjs::Context,
    _runtime: Runtime,
    desk: Rc<RefCell<Desk>>,
    meter: Rc<Meter>,
}

/// A handler that is about to be called.
struct Ready<'js> {
    handler: Function<'js>,
    /// Its `ctx`.
    argument: JsValue<'js>,
    /// The members of `ctx` that were looked at.
    members: Array<'js>,
}

/// The function that evaluates a module.
struct Maker {
    module: u64,
    function: Persistent<Function<'static>>,
}

/// `Date`, `Promise` and `Proxy` aren't there: AppSync hasn't them.
type Intrinsics = (
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::MapSet,
);

impl Live {
    fn open() -> std::result::Result<Live, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_memory_limit(MEMORY_BYTES_MAX);
        runtime.set_max_stack_size(STACK_BYTES_MAX);
        let meter = Rc::new(Meter::default());
        meter.begin(&Stop::default());
        let asked = Rc::clone(&meter);
        runtime.set_interrupt_handler(Some(Box::new(move || asked.poll())));
        let context = rquickjs::Context::builder().with::<Intrinsics>().build(&runtime);
        let context = context.map_err(|error| error.to_string())?;
        let desk = Rc::new(RefCell::new(Desk::default()));
        let furnished = context
            .with(|ctx| furnish(&ctx, &desk).catch(&ctx).map_err(|caught| caught.to_string()));
        let (context_maker, modules) = furnished?;
        let makers = RefCell::default();
        Ok(Live { makers, context_maker, modules, context, _runtime: runtime, desk, meter })
    }

    /// How it ended, and the stash as it was left, if it was looked at.
    fn run(&self, module: &Module, handler: &str) -> (End, Option<Value>) {
        self.context.with(|ctx| {
            let (value, stash) = match self.prepare(&ctx, module, handler).catch(&ctx) {
                Ok(ready) => self.call(&ctx, ready),
                Err(caught) => (Err(caught), None),
            };
            let end = value.map_or_else(|caught| self.caught(caught, module), End::Result);
            (end, stash)
        })
    }

    /// The handler and its `ctx`.
    fn prepare<'js>(&self, ctx: &Ctx<'js>, module: &Module, handler: &str) -> Result<Ready<'js>> {
        let maker = self.maker(ctx, module)?;
        let modules = self.modules.clone().restore(ctx)?;
        let mut exported: JsValue = maker.call((modules,))?;
        for name in handler.split('.') {
            exported = match exported.as_object() {
                Some(object) => object.get(name)?,
                None => break,
            };
        }
        let Some(handler) = exported.as_function().cloned() else {
            let message = format!("{FILE}: {handler} is not a function");
            let failure = Failure::new(message, Failure::CODE);
            return Err(self.desk.borrow_mut().raise(ctx, End::Failed(failure)));
        };
        let made: Array = self.context_maker.clone().restore(ctx)?.call(())?;
        Ok(Ready { handler, argument: made.get(0)?, members: made.get(1)? })
    }

    /// What the handler gives, and the stash if it has looked at it, also where it has failed.
    fn call<'js>(
        &self,
        ctx: &Ctx<'js>,
        ready: Ready<'js>,
    ) -> (CaughtResult<'js, Value>, Option<Value>) {
        let Ready { handler, argument, members } = ready;
        let returned = handler.call::<_, JsValue>((argument,)).catch(ctx);
        if self.meter.is_spoiled.get() {
            return (returned.map(|_| Value::NULL), None);
        }
        let stash =
            members.get::<JsValue>(natives::STASH).and_then(|stash| match stash.is_undefined() {
                true => Ok(None),
                false => values::from_js(ctx, stash).map(Some),
            });
        let stash = stash.catch(ctx);
        let value = returned.and_then(|value| values::from_js(ctx, value).catch(ctx));
        match (value, stash) {
            (Ok(_), Err(caught)) => (Err(caught), None),
            (value, stash) => (value, stash.ok().flatten()),
        }
    }

    /// The function that evaluates the module, compiled if it isn't yet.
    fn maker<'js>(&self, ctx: &Ctx<'js>, module: &Module) -> Result<Function<'js>> {
        let body = module.body();
        let mut makers = self.makers.borrow_mut();
        if let Some(place) = makers.iter().rposition(|maker| maker.module == body.id) {
            let maker = makers.remove(place);
            let function = maker.function.clone().restore(ctx);
            makers.push(maker);
            return function;
        }
        let mut options = EvalOptions::default();
        options.filename = Some(FILE.to_owned());
        let function: Function = ctx.eval_with_options(body.function.as_str(), options)?;
        if makers.len() == MODULES_MAX {
            makers.remove(0);
        }
        makers.push(Maker { module: body.id, function: Persistent::save(ctx, function.clone()) });
        Ok(function)
    }

    /// What stopped the code: itself through a function, its fault, or a bound.
    fn caught(&self, caught: CaughtError<'_>, module: &Module) -> End {
        if self.meter.is_cut.get() {
            let message = format!("{FILE}: The code took too long and was stopped.");
            return End::Failed(Failure::new(message, Failure::CODE));
        }
        if let Some(end) = self.desk.borrow_mut().take_end() {
            return end;
        }
        let message = match &caught {
            CaughtError::Exception(exception) => {
                let message = exception.message().unwrap_or_default();
                let name: Option<String> = exception.get("name").ok();
                if name.as_deref() == Some("InternalError") && message == "out of memory" {
                    None
                } else {
                    let stack = exception.stack().unwrap_or_default();
                    let (line, column) = natives::place(&stack, module).unwrap_or((1, 1));
                    let name = name.unwrap_or_else(|| "Error".to_owned());
                    Some(format!("{FILE}:{line}:{column}: {name}: {}", capitalized(&message)))
                }
            }
            // QuickJS throws null where it has no memory for an error.
            CaughtError::Value(_) => None,
            CaughtError::Error(error) => Some(format!("{FILE}: {error}")),
        };
        let failure = match message {
            Some(message) => Failure::new(message, Failure::CODE),
            None => {
                self.meter.is_spoiled.set(true);
                too_much_memory()
            }
        };
        End::Failed(failure)
    }
}

type Furniture = (Persistent<Function<'static>>, Persistent<Object<'static>>);

/// Readies the globals. Gives what makes a `ctx`, and the modules.
fn furnish(ctx: &Ctx<'_>, desk: &Rc<RefCell<Desk>>) -> Result<Furniture> {
    let prelude: Function = ctx.eval(include_str!("prelude.js"))?;
    let modules = natives::modules(ctx, desk)?;
    let given = Object::new(ctx.clone())?;
    given.set("read", natives::reader(ctx, desk)?)?;
    given.set("globals", natives::globals(ctx, &modules, desk)?)?;
    given.set("modules", modules.clone())?;
    let context_maker: Function = prelude.call((given,))?;
    Ok((Persistent::save(ctx, context_maker), Persistent::save(ctx, modules)))
}

fn too_much_memory() -> Failure {
    Failure::new(format!("{FILE}: The code took too much memory and was stopped."), Failure::CODE)
}

/// QuickJS writes the messages of other engines with a small letter.
fn capitalized(message: &str) -> String {
    match message.strip_prefix("cannot ") {
        Some(rest) => format!("Cannot {rest}"),
        None => message.to_owned(),
    }
}
