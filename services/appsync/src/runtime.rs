//! Where the code of APIs runs: JavaScript and long templates on threads of their own, so that none of it holds up a core
//! that answers requests (`docs/adr/0010-long-expressions.md`).
//!
//! A template is evaluated where it is asked for, as far as it takes a moment; else it is begun anew on such a thread,
//! and so are its next runs. JavaScript always runs there: each thread has a realm.
//! A run that takes too long by the clock is given up: who asked hears so, and the run is told to stop.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use base::{Entropy, Stop, Timestamp};
use resolver::template::{Rendering, Template};
use resolver::{Context, Failure, Outcome};
use resolver_js::{CodeError, Module, Realm};
use service::{Elsewhere, Evaluators, Unfinished};

thread_local! {
    /// The realm of a thread; a run that panics takes it along.
    static REALM: Cell<Option<Realm>> = const { Cell::new(None) };
}

/// Runs code.
pub(crate) struct Runtime {
    evaluators: Evaluators,
    patience: Duration,
}

/// A mapping template of an API.
pub(crate) struct Written {
    pub(crate) template: Template,
    /// What AppSync says it would make of the text.
    pub(crate) target: &'static str,
    pub(crate) elsewhere: Elsewhere,
}

impl Runtime {
    /// `patience` is how long a run may take, waiting included.
    pub(crate) fn new(patience: Duration) -> Runtime {
        Runtime { evaluators: Evaluators::default(), patience }
    }

    /// Reads code and checks it.
    pub(crate) async fn compile(&self, code: &str) -> Result<Module, Vec<CodeError>> {
        let code = code.to_owned();
        let compiled = self.evaluators.run_within(self.patience, move |_| Module::compile(&code));
        compiled.await.unwrap_or_else(|_| Err(Vec::new()))
    }

    /// Runs a handler of a module.
    pub(crate) async fn run(
        &self,
        module: &Module,
        handler: &'static str,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) -> Outcome {
        let (module, given) = (module.clone(), context.clone());
        let work = move |stop: &Stop| {
            let mut realm = REALM.take().unwrap_or_default();
            let outcome = realm.run(&module, handler, &given, now, entropy, stop);
            REALM.set(Some(realm));
            outcome
        };
        let ran = self.evaluators.run_within(self.patience, work).await;
        ran.unwrap_or_else(|why| {
            let message = match why {
                Unfinished::TooLong => "code.js: The code took too long and was stopped.",
                Unfinished::TooBusy | Unfinished::NoThread => {
                    "code.js: Too much code runs at the moment."
                }
            };
            Outcome::failed(Failure::new(message, Failure::CODE))
        })
    }

    /// Reads and renders a template that is tried out.
    pub(crate) async fn render(
        &self,
        text: String,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) -> Result<Rendering, Failure> {
        let context = context.clone();
        let work =
            move |stop: &Stop| Ok(Template::parse(&text)?.render(&context, now, entropy, stop));
        let rendered = self.evaluators.run_within(self.patience, work).await;
        rendered.unwrap_or_else(|why| Err(unrendered(why)))
    }

    /// Evaluates a template.
    pub(crate) async fn evaluate(
        &self,
        written: &Arc<Written>,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
    ) -> Outcome {
        if !written.elsewhere.is_due() {
            // A query may evaluate thousands, one after the other.
            tokio::task::coop::consume_budget().await;
            if let Some(outcome) = written.evaluate_if_short(context, now, &entropy) {
                return outcome;
            }
            written.elsewhere.was_long();
        }
        let (given, taken) = (context.clone(), Arc::clone(written));
        let work = move |stop: &Stop| taken.evaluate(&given, now, entropy, stop);
        let evaluated = self.evaluators.run_within(self.patience, work).await;
        evaluated.unwrap_or_else(|why| Outcome::failed(unrendered(why)))
    }
}

impl Written {
    fn evaluate_if_short(
        &self,
        context: &Context,
        now: Timestamp,
        entropy: &Entropy,
    ) -> Option<Outcome> {
        self.template.evaluate_if_short(context, self.target, now, entropy.clone())
    }

    /// Evaluates it, and learns where to begin next time.
    fn evaluate(
        &self,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
        stop: &Stop,
    ) -> Outcome {
        if let Some(outcome) = self.evaluate_if_short(context, now, &entropy) {
            self.elsewhere.was_short();
            return outcome;
        }
        self.elsewhere.was_long();
        self.template.evaluate(context, self.target, now, entropy, stop)
    }
}

fn unrendered(why: Unfinished) -> Failure {
    let message = match why {
        Unfinished::TooLong => "The template took too long and was stopped.",
        Unfinished::TooBusy | Unfinished::NoThread => "Too many templates run at the moment.",
    };
    Failure::new(message, Failure::MAPPING_TEMPLATE)
}

#[cfg(test)]
mod tests {
    use json::Value;
    use resolver::End;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    /// QuickJS asks whether to go on every 10,000 steps, however long each takes.
    const ENDLESS: &str = "const a = 'a'; const text = a.padEnd(16000000); let n = 0;
        for (const i of new Array(9000).fill(1)) { n = n + text.toUpperCase().length; } return n;";

    async fn end(runtime: &Runtime, body: &str) -> End {
        let code = format!("export function request(ctx) {{ {body} }}");
        let module = runtime.compile(&code).await.expect("the code is good");
        let entropy = Entropy::from_number(1);
        runtime.run(&module, "request", &Context::default(), NOW, entropy).await.end
    }

    #[tokio::test]
    async fn a_run_that_takes_too_long_is_given_up() {
        let runtime = Runtime::new(Duration::from_millis(300));
        for _ in 0..2 {
            let End::Failed(failure) = end(&runtime, ENDLESS).await else { panic!("it has ended") };
            assert!(failure.message.contains("too long"), "{failure:?}");
        }
        assert_eq!(end(&runtime, "return 1").await, End::Result(Value::from(1)));
    }

    fn written(text: &str) -> Arc<Written> {
        let template = Template::parse(text).expect("the template is good");
        Arc::new(Written { template, target: "Object", elsewhere: Elsewhere::default() })
    }

    async fn evaluated(runtime: &Runtime, written: &Arc<Written>, long: bool) -> End {
        let context = Context {
            arguments: Value::object([("long", Value::from(long))]),
            ..Context::default()
        };
        runtime.evaluate(written, &context, NOW, Entropy::from_number(1)).await.end
    }

    #[tokio::test]
    async fn a_template_that_takes_a_moment_needs_no_thread() {
        let runtime = Runtime::new(Duration::ZERO);
        let end = evaluated(&runtime, &written("[1]"), false).await;
        assert_eq!(end, End::Result(Value::array([Value::from(1)])));
    }

    #[tokio::test]
    async fn a_template_that_took_long_begins_elsewhere_until_enough_of_its_runs_were_short() {
        let runtime = Runtime::new(Duration::from_secs(60));
        let written = written(
            "#if($ctx.args.long)#foreach($a in [1..99])#foreach($b in [1..99])#end#end#end[1]",
        );
        let one = End::Result(Value::array([Value::from(1)]));
        assert_eq!(evaluated(&runtime, &written, false).await, one);
        assert!(!written.elsewhere.is_due(), "it was short");
        assert_eq!(evaluated(&runtime, &written, true).await, one);
        for _ in 0..16 {
            assert!(written.elsewhere.is_due(), "it was long lately");
            assert_eq!(evaluated(&runtime, &written, false).await, one);
        }
        assert!(!written.elsewhere.is_due(), "it was short for long enough");
    }

    #[tokio::test]
    async fn a_template_that_takes_too_long_is_given_up() {
        let runtime = Runtime::new(Duration::from_millis(1));
        let round = "#foreach($a in [1..1000])#foreach($b in [1..1000])#end#end";
        let End::Failed(failure) = evaluated(&runtime, &written(round), true).await else {
            panic!("it has ended")
        };
        assert_eq!(failure.message, "The template took too long and was stopped.");
    }
}
