//! Code and templates that are tried out, without an API.

use json::Value;
use resolver::template::Rendered;
use resolver::{Context, Effects, End, Failure};
use resolver_js::CodeError;

use crate::code;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    ErrorDetail, EvaluateCodeErrorDetail, EvaluateCodeInput, EvaluateCodeOutput,
    EvaluateMappingTemplateInput, EvaluateMappingTemplateOutput,
};

/// What goes wrong inside the template is part of the reply.
pub(crate) async fn evaluate_mapping_template(
    ctx: &Visit<'_>,
    req: EvaluateMappingTemplateInput,
) -> Result<EvaluateMappingTemplateOutput, Error> {
    let mut context = context(&req.context)?;
    let failed = |failure: Failure| ErrorDetail { message: failure.message };
    let (now, entropy) = (ctx.now(), ctx.house().entropy());
    let rendering = match ctx.room().runtime.render(req.template, &context, now, entropy).await {
        Ok(rendering) => rendering,
        Err(failure) => {
            return Ok(EvaluateMappingTemplateOutput {
                evaluation_result: None,
                error: Some(failed(failure)),
                logs: Some(Vec::new()),
                stash: Some(context.stash.to_string()),
                out_errors: Some("[]".to_owned()),
            });
        }
    };
    context.change(rendering.changes);
    let (evaluation_result, error) = match rendering.end {
        Rendered::Text(text) => (Some(text), None),
        Rendered::Returned(value) => (Some(text(&value)), None),
        Rendered::Failed(failure) => (None, Some(failed(failure))),
    };
    Ok(EvaluateMappingTemplateOutput {
        evaluation_result,
        error,
        logs: Some(logs(&rendering.effects)),
        stash: Some(context.stash.to_string()),
        out_errors: Some(out_errors(&rendering.effects)),
    })
}

/// Errors of the code, when it is read and when it runs, are part of the reply.
pub(crate) async fn evaluate_code(
    ctx: &Visit<'_>,
    req: EvaluateCodeInput,
) -> Result<EvaluateCodeOutput, Error> {
    code::check_runtime(&req.runtime)?;
    let mut context = context(&req.context)?;
    let handler = handler(req.function.as_deref())?;
    let module = match ctx.room().runtime.compile(&req.code).await {
        Ok(module) => module,
        Err(errors) => return Ok(refused(errors)),
    };
    let entropy = ctx.house().entropy();
    let outcome = ctx.room().runtime.run(&module, handler, &context, ctx.now(), entropy).await;
    context.change(outcome.changes);
    let (evaluation_result, error) = match outcome.end {
        End::Result(value) | End::EarlyReturn { value, .. } => (Some(value.to_string()), None),
        End::Failed(failure) => {
            let (message, code_errors) = (failure.message, Vec::new());
            (None, Some(EvaluateCodeErrorDetail { message, code_errors }))
        }
    };
    Ok(EvaluateCodeOutput {
        evaluation_result,
        error,
        logs: Some(logs(&outcome.effects)),
        stash: Some(context.stash.to_string()),
        out_errors: Some(out_errors(&outcome.effects)),
    })
}

/// The handler that is to be evaluated, as modules export it.
fn handler(asked: Option<&str>) -> Result<&'static str, Error> {
    match asked {
        None | Some("request") => Ok("request"),
        Some("response") => Ok("response"),
        Some("onPublish") => Ok("onPublish"),
        Some("onSubscribe") => Ok("onSubscribe"),
        Some(other) => Err(Error::bad_request(format!("Unsupported function {other}."))),
    }
}

fn refused(errors: Vec<CodeError>) -> EvaluateCodeOutput {
    let message = "The code contains one or more errors.".to_owned();
    let code_errors = errors.into_iter().map(Into::into).collect();
    EvaluateCodeOutput {
        evaluation_result: None,
        error: Some(EvaluateCodeErrorDetail { message, code_errors }),
        logs: Some(Vec::new()),
        stash: None,
        out_errors: None,
    }
}

fn context(text: &str) -> Result<Context, Error> {
    let document = Value::parse(text).ok().filter(|it| it.kind() == json::Kind::Object);
    let document =
        document.ok_or_else(|| Error::bad_request("The context is not a JSON object."))?;
    Ok(Context::from_json(&document))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn logs(effects: &Effects) -> Vec<String> {
    let line = |line: &resolver::LogLine| format!("{} - {}", line.level.name(), line.message);
    effects.logs.iter().map(line).collect()
}

fn out_errors(effects: &Effects) -> String {
    Value::array(effects.errors.iter().map(Failure::to_json)).to_string()
}
