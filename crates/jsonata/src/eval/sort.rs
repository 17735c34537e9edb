//! Sorting, by merging: equal items stay where they were.

use std::rc::Rc;

use crate::ast::SortTerm;
use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::frame::{Frame, Tuple, Tuples};
use crate::value::{Kind, Value, compare_text};

impl Evaluator<'_> {
    /// `items^(…)`
    pub(super) fn sort(
        &mut self,
        terms: &[SortTerm],
        position: u32,
        items: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let Some(view) = items.view() else { return Ok(items.clone()) };
        if view.len() <= 1 {
            return Ok(items.clone());
        }
        let sorted = self.merge_sort(view.iter().collect(), &mut |this, left, right| {
            this.swaps(terms, (left, frame), (right, frame))
                .map_err(|fault| fault.or_at(position, None))
        })?;
        let mut list = self.list()?;
        sorted.into_iter().try_for_each(|item| list.push(item))?;
        Ok(list.array())
    }

    pub(super) fn sort_tuples(
        &mut self,
        terms: &[SortTerm],
        position: u32,
        tuples: &Tuples,
        frame: &Rc<Frame>,
    ) -> Result<Tuples> {
        let items: Vec<Tuple> = tuples.items().to_vec();
        let sorted = self.merge_sort(items, &mut |this, left, right| {
            let (left_frame, right_frame) = (left.frame(frame), right.frame(frame));
            this.swaps(terms, (&left.context, &left_frame), (&right.context, &right_frame))
                .map_err(|fault| fault.or_at(position, None))
        })?;
        let mut result = Tuples::new(&self.meter)?;
        sorted.into_iter().try_for_each(|tuple| result.push(tuple))?;
        Ok(result)
    }

    /// Whether two items stand in the wrong order.
    fn swaps(
        &mut self,
        terms: &[SortTerm],
        left: (&Value, &Rc<Frame>),
        right: (&Value, &Rc<Frame>),
    ) -> Result<bool> {
        for term in terms {
            let first = self.eval(&term.expression, left.0, left.1)?;
            let second = self.eval(&term.expression, right.0, right.1)?;
            // What isn't there goes last, whichever way the term sorts.
            match (first.is_undefined(), second.is_undefined()) {
                (true, true) => continue,
                (true, false) => return Ok(true),
                (false, true) => return Ok(false),
                (false, false) => {}
            }
            for value in [&first, &second] {
                if !matches!(value.kind(), Kind::String | Kind::Number) {
                    return Err(fault("T2008").value(value));
                }
            }
            let order = match (first.as_str(), second.as_str()) {
                (Some(first), Some(second)) => compare_text(first, second),
                (None, None) => match first.as_f64().partial_cmp(&second.as_f64()) {
                    Some(order) => order,
                    None => return Ok(!term.descending),
                },
                _ => return Err(fault("T2007").value(&first).with("value2", second.shown())),
            };
            if order.is_ne() {
                return Ok(order.is_gt() != term.descending);
            }
        }
        Ok(false)
    }

    /// Halves, sorts and merges, in the order of the reference implementation: which two items a
    /// comparison fails on shows in its error. Without recursion, as comparators may sort in their
    /// turn.
    pub(crate) fn merge_sort<T>(
        &mut self,
        items: Vec<T>,
        swaps: &mut dyn FnMut(&mut Self, &T, &T) -> Result<bool>,
    ) -> Result<Vec<T>> {
        let mut steps = vec![Step::Sort(items)];
        let mut sorted: Vec<Vec<T>> = Vec::new();
        while let Some(step) = steps.pop() {
            match step {
                Step::Sort(items) if items.len() <= 1 => sorted.push(items),
                Step::Sort(mut left) => {
                    let right = left.split_off(left.len() / 2);
                    steps.extend([Step::Merge, Step::Sort(right), Step::Sort(left)]);
                }
                Step::Merge => {
                    let right = sorted.pop().unwrap_or_default();
                    let left = sorted.pop().unwrap_or_default();
                    self.meter.work((left.len() + right.len()) as u64)?;
                    let mut merged = Vec::with_capacity(left.len() + right.len());
                    let mut left = left.into_iter().peekable();
                    let mut right = right.into_iter().peekable();
                    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
                        let side = if swaps(self, first, second)? { &mut right } else { &mut left };
                        merged.extend(side.next());
                    }
                    merged.extend(left);
                    merged.extend(right);
                    sorted.push(merged);
                }
            }
        }
        Ok(sorted.pop().unwrap_or_default())
    }
}

/// What a sort has still to do.
enum Step<T> {
    Sort(Vec<T>),
    /// Of the two that were sorted last.
    Merge,
}
