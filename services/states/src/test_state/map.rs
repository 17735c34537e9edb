use asl::program::{Map, Quantity};
use asl::{Failure, Fault, State, error_name};
use json::{Kind, Value};

use super::mock::Mock;
use super::{Refusal, Test, context};

/// What the failures of a Map state's iterations are held against.
pub(super) struct MapCounts {
    /// As far as they are known: what an `ItemReader` reads may not be.
    iterations: Option<usize>,
    tolerated_count: Option<f64>,
    tolerated_percentage: Option<f64>,
}

impl Test {
    /// Evaluates the fields of a Map state in the engine's order.
    pub(super) fn map(&mut self, state: &State, map: &Map) -> Result<MapCounts, Fault> {
        let effective = self.effective_input(state)?;
        let items = self.evaluate(&effective, |scope| map.items.evaluate(state.language, scope))?;
        if state.language == asl::QueryLanguage::JsonPath {
            self.inspection.after_items_path.clone_from(&items);
        }
        let items = items.or_else(|| self.items_read.clone());
        let quantity = |quantity: &Option<Quantity>| match quantity {
            None => Ok(None),
            Some(quantity) => self.evaluate(&effective, |scope| quantity.evaluate(scope)).map(Some),
        };
        let concurrency = quantity(&map.max_concurrency)?.unwrap_or(0.0);
        let tolerated_percentage = quantity(&map.tolerated_failure_percentage)?;
        let tolerated_count = quantity(&map.tolerated_failure_count)?;
        let selected = match (&items, &map.item_selector) {
            (Some(items), Some(_)) => Some(self.select_items(&effective, items, map)?),
            (None, _) | (_, None) => None,
        };
        self.inspection.max_concurrency = Some(concurrency as u64);
        self.inspection.tolerated_failure_percentage = tolerated_percentage;
        self.inspection.tolerated_failure_count = tolerated_count.map(|count| count as u64);
        self.inspection.after_item_selector = selected;
        let iterations = items.map(|items| items.len());
        Ok(MapCounts { iterations, tolerated_count, tolerated_percentage })
    }

    /// The inputs of all iterations.
    fn select_items(&self, effective: &Value, items: &Value, map: &Map) -> Result<Value, Fault> {
        let Some(selector) = &map.item_selector else { return Ok(items.clone()) };
        let select = |index, key: Option<&str>, item| {
            let context = context::with_item(&self.context, index, key, item);
            self.evaluate_in(&context, effective, None, None, |scope| selector.evaluate(scope))
        };
        let inputs: Result<Vec<Value>, Fault> = match items.kind() {
            Kind::Object => items
                .entries()
                .enumerate()
                .map(|(index, (key, item))| select(index, Some(key), item))
                .collect(),
            _ => items.items().enumerate().map(|(index, item)| select(index, None, item)).collect(),
        };
        inputs.map(Value::from)
    }

    /// What the Map state fails with if more iterations fail than it tolerates. Without a word on what it tolerates,
    /// AWS doesn't mind (recorded: map_state_failure_count, `BASE_MAP_STATE`).
    pub(super) fn map_failures(&self, counts: &MapCounts) -> Result<Option<Failure>, Refusal> {
        let failures = self.map_failures.unwrap_or(0);
        let mocked = match &self.mock {
            Some(Mock::Result(result)) if result.kind() == Kind::Array => Some(result.len()),
            _ => None,
        };
        let iterations = counts.iterations.or(mocked);
        if iterations.is_some_and(|iterations| (iterations as u64) < failures) {
            return Err(Refusal::MapFailures);
        }
        if matches!(self.mock, Some(Mock::Failure(_))) {
            return Ok(None);
        }
        let failures = failures as f64;
        let too_many = counts.tolerated_count.is_some_and(|count| count < failures);
        let too_large_a_part = match (counts.tolerated_percentage, iterations) {
            (Some(percentage), Some(iterations)) => {
                percentage * (iterations as f64) < failures * 100.0
            }
            (None, _) | (_, None) => false,
        };
        let cause = "The specified tolerated failure threshold was exceeded";
        let failure = Failure::new(error_name::EXCEED_TOLERATED_FAILURE_THRESHOLD, cause);
        Ok((too_many || too_large_a_part).then_some(failure))
    }
}
