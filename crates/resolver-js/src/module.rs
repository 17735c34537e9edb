use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::check;
use crate::code_error::CodeError;

/// Code that was read and found good, ready to be run by any [`crate::Realm`].
#[derive(Clone, Debug)]
pub struct Module(Arc<Body>);

#[derive(Debug)]
pub(crate) struct Body {
    /// Tells modules apart, also those of the same text: nothing is shared by chance.
    pub(crate) id: u64,
    /// A function expression that takes the modules to import from and gives the exports.
    pub(crate) function: String,
    exports: Vec<Export>,
    calls: Vec<CallPlace>,
}

/// Something that the code exports.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) name: String,
    /// An object of handlers: `export const onPublish = { request, response }`.
    pub(crate) is_object: bool,
}

/// Where a call stands in the code, by line and column.
#[derive(Debug)]
pub(crate) struct CallPlace {
    pub(crate) start: (u32, u32),
    pub(crate) end: (u32, u32),
    /// The last name of what is called.
    pub(crate) name: String,
}

/// What `check` makes of code.
pub(crate) struct Checked {
    pub(crate) function: String,
    pub(crate) exports: Vec<Export>,
    /// In the order of their starts.
    pub(crate) calls: Vec<CallPlace>,
}

/// Lines that stand before the code in [`Body::function`].
pub(crate) const LINES_BEFORE: u32 = 1;

/// What each byte of code may take of the stack while it is read: a bracket or a `!` is one level.
const STACK_BYTES_PER_BYTE: usize = 16 * 1024;
const STACK_BYTES_MIN: usize = 1024 * 1024;

impl Module {
    /// Reads code and checks it.
    ///
    /// # Errors
    /// All that AppSync would refuse, in the order of the code.
    pub fn compile(code: &str) -> Result<Module, Vec<CodeError>> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let Checked { function, exports, calls } = on_roomy_stack(code, || check::check(code))?;
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        Ok(Module(Arc::new(Body { id, function, exports, calls })))
    }

    /// Whether there is a handler of that name: `request`, `response`, `onPublish`, `onSubscribe`.
    pub fn exports(&self, name: &str) -> bool {
        self.0.exports.iter().any(|export| export.name == name)
    }

    /// Whether what bears that name is an object of handlers: then they are `onPublish.request` and `onPublish.response`.
    pub fn exports_object(&self, name: &str) -> bool {
        self.0.exports.iter().any(|export| export.name == name && export.is_object)
    }

    pub(crate) fn body(&self) -> &Body {
        &self.0
    }
}

impl Body {
    /// The place in the code that QuickJS means.
    pub(crate) fn place(&self, line: u32, column: u32) -> (u32, u32) {
        (line.saturating_sub(LINES_BEFORE), column)
    }

    /// Where the call of that name starts, as AppSync tells it. QuickJS tells of the last thing that it has looked up for
    /// the call, which may be an argument.
    pub(crate) fn call_at(&self, place: (u32, u32), name: &str) -> (u32, u32) {
        let around = self.calls.iter().rev();
        let mut around = around.filter(|call| call.start <= place && place <= call.end);
        let own = around.clone().find(|call| call.name == name);
        own.or_else(|| around.next()).map_or(place, |call| call.start)
    }
}

/// The parser and what walks its tree call themselves for each level of the code, without a bound of their own.
fn on_roomy_stack<T: Send>(
    code: &str,
    read: impl FnOnce() -> Result<T, Vec<CodeError>> + Send,
) -> Result<T, Vec<CodeError>> {
    let stack = STACK_BYTES_MIN + code.len() * STACK_BYTES_PER_BYTE;
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(stack).spawn_scoped(scope, read);
        reader.ok().and_then(|reader| reader.join().ok())
    })
    .unwrap_or_else(|| Err(vec![CodeError::unreadable()]))
}
