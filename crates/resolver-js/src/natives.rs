//! What code finds around it: `util`, `extensions`, `runtime`, `console`, and the modules it can import.

use std::cell::RefCell;
use std::rc::Rc;

use base::{Entropy, Timestamp};
use json::Value;
use resolver::functions::{Function as Native, NAMESPACES, Table};
use resolver::{Args, Call, Context, Effects, End, Failure, LogLevel, LogLine, SkipTo};
use rquickjs::function::{Constructor, Rest};
use rquickjs::{Ctx, Error, Function, Object, Result, Value as JsValue};

use crate::library;
use crate::module::Module;
use crate::realm::FILE;
use crate::values;

/// The place of `stash` among the members of `ctx`.
pub(crate) const STASH: usize = 5;
/// That of `events`, behind those of [`Context::members`].
const EVENTS: usize = 11;

/// What the run under way has before it.
#[derive(Default)]
pub(crate) struct Desk {
    run: Option<Run>,
    /// How the code has ended itself.
    end: Option<End>,
}

struct Run {
    module: Module,
    context: Context,
    now: Timestamp,
    entropy: Entropy,
    effects: Effects,
}

impl Desk {
    pub(crate) fn begin(
        &mut self,
        module: &Module,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) {
        let (module, context) = (module.clone(), context.clone());
        self.run = Some(Run { module, context, now, entropy, effects: Effects::default() });
        self.end = None;
    }

    pub(crate) fn end(&mut self) -> Effects {
        self.run.take().map(|run| run.effects).unwrap_or_default()
    }

    pub(crate) fn take_end(&mut self) -> Option<End> {
        self.end.take()
    }

    /// Ends the code by throwing something that it can't catch: the language has no `catch`.
    pub(crate) fn raise(&mut self, ctx: &Ctx<'_>, end: End) -> Error {
        self.end = Some(end);
        ctx.throw(JsValue::new_null(ctx.clone()))
    }

    fn call(&mut self, native: Native, args: &[Value]) -> std::result::Result<Value, Failure> {
        let Some(run) = &mut self.run else { return Ok(Value::NULL) };
        let Run { context, now, entropy, effects, .. } = run;
        native(&mut Call { context, now: *now, entropy, effects }, Args(args))
    }

    /// Where the function of that name was called.
    fn call_place(&self, stack: &str, name: &str) -> (u32, u32) {
        let called = |run: &Run| Some(run.module.body().call_at(place(stack, &run.module)?, name));
        self.run.as_ref().and_then(called).unwrap_or((1, 1))
    }

    fn log(&mut self, level: LogLevel, message: String) {
        if let Some(run) = &mut self.run {
            run.effects.logs.push(LogLine { level, message });
        }
    }
}

type Shared = Rc<RefCell<Desk>>;

/// What the getters of `ctx` read members by.
pub(crate) fn reader<'js>(ctx: &Ctx<'js>, desk: &Shared) -> Result<Function<'js>> {
    let desk = Rc::clone(desk);
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, place: usize| {
        let value = desk.borrow().run.as_ref().and_then(|run| match place {
            EVENTS => Some(run.context.events.clone()),
            _ => run.context.members().get(place).map(|(_, value)| (*value).clone()),
        });
        values::to_js(&ctx, &value.unwrap_or_default())
    })
}

/// What needs no import.
pub(crate) fn globals<'js>(
    ctx: &Ctx<'js>,
    modules: &Object<'js>,
    desk: &Shared,
) -> Result<Object<'js>> {
    let utils: Object = modules.get(library::UTILS)?;
    let globals = Object::new(ctx.clone())?;
    for name in library::UTILS_EXPORTS {
        globals.set(name, utils.get::<_, JsValue>(name)?)?;
    }
    globals.set("console", console(ctx, desk)?)?;
    Ok(globals)
}

/// What code can import, by the name of the module.
pub(crate) fn modules<'js>(ctx: &Ctx<'js>, desk: &Shared) -> Result<Object<'js>> {
    let utils = Object::new(ctx.clone())?;
    let util = Object::new(ctx.clone())?;
    for (name, table) in NAMESPACES {
        let functions = functions(ctx, desk, name, table, Undefined::LeftOut)?;
        match name {
            "" => copy(&functions, &util)?,
            "extensions" => utils.set(name, functions)?,
            _ => util.set(name, functions)?,
        }
    }
    utils.set("util", util)?;
    utils.set("runtime", runtime(ctx, desk)?)?;
    let modules = Object::new(ctx.clone())?;
    modules.set(library::UTILS, utils)?;
    for library in library::LIBRARIES {
        let module = functions(ctx, desk, "", library.functions, library.undefined)?;
        for (name, table) in library.nested {
            module.set(*name, functions(ctx, desk, name, table, library.undefined)?)?;
        }
        modules.set(library.module, module)?;
    }
    Ok(modules)
}

/// What becomes of members that are `undefined` when a function is given an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undefined {
    LeftOut,
    /// They are `null`.
    Null,
}

fn copy<'js>(from: &Object<'js>, to: &Object<'js>) -> Result<()> {
    for member in from.props::<String, JsValue>() {
        let (name, value) = member?;
        to.set(name, value)?;
    }
    Ok(())
}

fn functions<'js>(
    ctx: &Ctx<'js>,
    desk: &Shared,
    namespace: &'static str,
    table: Table,
    undefined: Undefined,
) -> Result<Object<'js>> {
    let functions = Object::new(ctx.clone())?;
    for (name, native) in table {
        // `util.error` and its kin fail as they are told to; other functions fail at a place of the code.
        let is_telling =
            namespace.is_empty() && ["error", "unauthorized", "validate"].contains(name);
        let (native, desk) = (*native, Rc::clone(desk));
        let function = move |ctx: Ctx<'js>, args: Rest<JsValue<'js>>| {
            let read = |arg| match undefined {
                Undefined::LeftOut => values::from_js(&ctx, arg),
                Undefined::Null => values::from_js_whole(&ctx, arg),
            };
            let args = args.0.into_iter().map(read).collect::<Result<Vec<Value>>>()?;
            let called = desk.borrow_mut().call(native, &args);
            match called {
                Ok(value) => values::to_js(&ctx, &value),
                Err(failure) if is_telling || !is_fault(&failure) => {
                    Err(desk.borrow_mut().raise(&ctx, End::Failed(failure)))
                }
                Err(failure) => {
                    let stack = stack(&ctx);
                    let (line, column) = desk.borrow().call_place(&stack, name);
                    let message = format!("{FILE}:{line}:{column}: {}", failure.message);
                    let failure =
                        Failure { message, error_type: Some(Failure::CODE.to_owned()), ..failure };
                    Err(desk.borrow_mut().raise(&ctx, End::Failed(failure)))
                }
            }
        };
        functions.set(*name, Function::new(ctx.clone(), function)?)?;
    }
    Ok(functions)
}

/// Whether a function couldn't do what it was asked ([`Failure::fault`]).
fn is_fault(failure: &Failure) -> bool {
    failure.error_type.as_deref() == Some(Failure::MAPPING_TEMPLATE)
}

/// `runtime.earlyReturn(value, {skipTo})`.
fn runtime<'js>(ctx: &Ctx<'js>, desk: &Shared) -> Result<Object<'js>> {
    let runtime = Object::new(ctx.clone())?;
    let desk = Rc::clone(desk);
    let early_return = move |ctx: Ctx<'js>, args: Rest<JsValue<'js>>| -> Result<()> {
        let args = args.0.into_iter().map(|arg| values::from_js(&ctx, arg));
        let args = args.collect::<Result<Vec<Value>>>()?;
        let args = Args(&args);
        let skip_to = args.value(1).get("skipTo");
        let skip_to = match skip_to.as_ref().and_then(Value::as_str) {
            Some("END") => SkipTo::End,
            _ => SkipTo::Next,
        };
        let end = End::EarlyReturn { value: args.value(0).clone(), skip_to };
        Err(desk.borrow_mut().raise(&ctx, end))
    };
    runtime.set("earlyReturn", Function::new(ctx.clone(), early_return)?)?;
    Ok(runtime)
}

/// Lines as EvaluateCode shows them: `code.js:13:5: "This request is allowed"`
/// (<https://docs.aws.amazon.com/appsync/latest/devguide/test-debug-resolvers-js.html>).
fn console<'js>(ctx: &Ctx<'js>, desk: &Shared) -> Result<Object<'js>> {
    let console = Object::new(ctx.clone())?;
    let levels = [
        ("log", LogLevel::Info),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("error", LogLevel::Error),
    ];
    for (name, level) in levels {
        let desk = Rc::clone(desk);
        let write = move |ctx: Ctx<'js>, args: Rest<JsValue<'js>>| -> Result<()> {
            let args = args.0.into_iter().map(|arg| match arg.is_undefined() {
                true => Ok("undefined".to_owned()),
                false => Ok(values::from_js(&ctx, arg)?.to_string()),
            });
            let text = args.collect::<Result<Vec<String>>>()?.join(" ");
            let stack = stack(&ctx);
            let (line, column) = desk.borrow().call_place(&stack, name);
            desk.borrow_mut().log(level, format!("{FILE}:{line}:{column}: {text}"));
            Ok(())
        };
        console.set(name, Function::new(ctx.clone(), write)?)?;
    }
    Ok(console)
}

/// Who has called whom to come here. An error that is thrown here would know only later.
fn stack(ctx: &Ctx<'_>) -> String {
    let error = ctx.globals().get::<_, Constructor>("Error");
    let stack = error.and_then(|error| error.construct::<_, Object>(())?.get("stack"));
    stack.unwrap_or_default()
}

/// The innermost place of the code in a stack of calls.
pub(crate) fn place(stack: &str, module: &Module) -> Option<(u32, u32)> {
    let (_, at) = stack.split_once(FILE)?;
    let mut numbers = at.strip_prefix(':')?.split(|char: char| !char.is_ascii_digit());
    let mut number = || numbers.next()?.parse().ok();
    let (line, column) = (number()?, number()?);
    Some(module.body().place(line, column))
}
