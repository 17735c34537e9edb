use crate::errors::{Error, Validation};
use crate::test_state::{Report, Step, Test};
use crate::visit::Visit;
use crate::wire::{InspectionLevel, TestStateInput, TestStateOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html>
pub(crate) async fn test_state(
    ctx: &Visit<'_>,
    req: TestStateInput,
) -> Result<TestStateOutput, Error> {
    let level = req.inspection_level.unwrap_or(InspectionLevel::Info);
    let mut test = Test::new(ctx, req)?;

    // Its expressions may compute long.
    let begun = move || test.begin().map(|step| (test, step));
    let (mut test, step) = ctx.runner().compute(begun).await?.map_err(Validation::from)?;
    let (test, report) = match step {
        Step::Ended(report) => (test, report),
        Step::Call(call) => {
            let answer = call.perform(ctx).await?;
            let ended = move || {
                let report = test.end_task(answer);
                (test, report)
            };
            ctx.runner().compute(ended).await?
        }
    };

    let Report { status, output, failure, next } = report;
    let failure = failure.unwrap_or_default();
    Ok(TestStateOutput {
        output: output.map(|output| output.to_string()),
        error: failure.error.map(|error| error.to_string()),
        cause: failure.cause.map(|cause| cause.to_string()),
        inspection_data: (level != InspectionLevel::Info).then(|| test.inspection()),
        next_state: next.map(|name| name.to_string()),
        status,
    })
}
