use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::constraint::{Measured, required};
use super::leaf::UNEXPECTED_MAP;
use super::{Path, Shape, Shown, Violations};

/// A list on the wire, whose elements may be null.
#[derive(Clone, Debug, PartialEq)]
pub struct List<W>(Vec<Option<W>>);

impl<T: Shape> Shape for Vec<T> {
    type Wire = List<T::Wire>;

    fn from_wire(wire: Self::Wire, at: &Path<'_>, violations: &mut Violations) -> Option<Self> {
        let elements: Vec<Option<T>> = (wire.0.into_iter().enumerate())
            .map(|(index, element)| required(element, &at.element(index), violations, |_| {}))
            .collect();
        elements.into_iter().collect()
    }
}

impl<W> Measured for List<W> {
    fn length(&self) -> usize {
        self.0.len()
    }
}

impl<W: Shown> Shown for List<W> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, element) in self.0.iter().enumerate() {
            if 0 < index {
                f.write_str(", ")?;
            }
            match element {
                Some(element) => element.show(f)?,
                None => f.write_str("null")?,
            }
        }
        f.write_str("]")
    }
}

impl<'de, W: Deserialize<'de>> Deserialize<'de> for List<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<W>(PhantomData<W>);

impl<'de, W: Deserialize<'de>> Visitor<'de> for ListVisitor<W> {
    type Value = List<W>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<List<W>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<List<W>, A::Error> {
        Err(A::Error::custom(UNEXPECTED_MAP))
    }
}
