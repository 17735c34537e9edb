use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Concurrency, PutFunctionConcurrencyInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html>
pub(crate) async fn put_function_concurrency(
    ctx: &Visit<'_>,
    req: PutFunctionConcurrencyInput,
) -> Result<Concurrency, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let wanted = req.reserved_concurrent_executions.cast_unsigned();
    let limits = ctx.limits();
    let all = ctx.tables().functions(&arn.scope, None, usize::MAX).await?;
    let others = all.iter().filter(|(name, _)| *name != arn.name);
    let others: u32 = others.filter_map(|(_, function)| function.reserved_concurrency).sum();
    let left = limits.concurrency_max.saturating_sub(others.saturating_add(wanted));
    if 0 < wanted && left < limits.unreserved_concurrency_min {
        return Err(Error::invalid(format!(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{}].",
            limits.unreserved_concurrency_min
        )));
    }
    ctx.change(&arn, |function, _| {
        function.reserved_concurrency = Some(wanted);
        Ok(())
    })
    .await?;
    Ok(Concurrency { reserved_concurrent_executions: Some(wanted.cast_signed()) })
}
