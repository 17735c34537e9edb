use crate::error::Result;
use crate::functions::{Arguments, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("sum", "<a<n>:n>", 1, |this, arguments| {
        this.fold(arguments, |numbers| Some(numbers.fold(0.0, |sum, n| sum + n)))
    }),
    ("max", "<a<n>:n>", 1, |this, arguments| {
        this.fold(arguments, |numbers| numbers.reduce(f64::max))
    }),
    ("min", "<a<n>:n>", 1, |this, arguments| {
        this.fold(arguments, |numbers| numbers.reduce(f64::min))
    }),
    ("average", "<a<n>:n>", 1, |this, arguments| {
        let count = arguments.value(0).view().map_or(0, |view| view.len());
        this.fold(arguments, |numbers| {
            let sum = numbers.fold(0.0, |sum, n| sum + n);
            (0 < count).then(|| sum / count as f64)
        })
    }),
    ("count", "<a:n>", 1, |_, arguments| {
        let count = arguments.value(0).view().map_or(0, |view| view.len());
        Ok(Value::Number(count as f64))
    }),
];

impl crate::eval::Evaluator<'_> {
    fn fold(
        &mut self,
        arguments: &Arguments,
        fold: impl FnOnce(&mut dyn Iterator<Item = f64>) -> Option<f64>,
    ) -> Result<Value> {
        let Some(view) = arguments.value(0).view() else { return Ok(Value::Undefined) };
        self.meter.work(view.len() as u64)?;
        let mut numbers = view.iter().filter_map(|item| item.as_f64());
        Ok(fold(&mut numbers).map_or(Value::Undefined, Value::Number))
    }
}
