//! Pieces of the response with holes for what resolvers still give, and how they become one text.

/// A piece of JSON text: what one resolver's value became.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) text: String,
    /// In the order of the text.
    pub(super) holes: Vec<Hole>,
    /// What becomes null if something in a hole can't: in the order of their starts.
    pub(super) containers: Vec<Container>,
}

/// Where the value of a slot goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hole {
    pub(super) at: usize,
    pub(super) slot: usize,
}

/// A part of the text that may be null.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_null: bool,
}

/// Where an answer goes, and what becomes null if it may not be: a container of the chunk around the hole,
/// or, if there is none, that whole chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: usize,
    pub(super) container: Option<usize>,
    /// The slot of the chunk around the hole.
    pub(super) around: usize,
}

#[derive(Debug)]
enum Slot {
    /// Still to come.
    Awaited,
    Filled(Chunk, Place),
    /// Part of what has become null.
    Failed,
}

/// The chunks of a response, the first being that of the root.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
}

const ROOT: Place = Place { slot: 0, container: None, around: 0 };

impl Slots {
    /// The slot that the next chunk will fill. Its holes are known while it is written.
    pub(super) fn reserve(&mut self, container: Option<usize>, around: usize) -> Place {
        if self.slots.is_empty() {
            self.slots.push(Slot::Awaited);
        }
        let place = Place { slot: self.slots.len(), container, around };
        self.slots.push(Slot::Awaited);
        place
    }

    pub(super) fn put_root(&mut self, chunk: Option<Chunk>) {
        let slot = chunk.map_or(Slot::Failed, |chunk| Slot::Filled(chunk, ROOT));
        match self.slots.first_mut() {
            Some(root) => *root = slot,
            None => self.slots.push(slot),
        }
    }

    pub(super) fn put(&mut self, place: Place, chunk: Chunk) {
        self.slots[place.slot] = Slot::Filled(chunk, place);
    }

    /// Makes null what is around a value that can't be.
    pub(super) fn fail(&mut self, place: Place) {
        let mut place = place;
        loop {
            self.slots[place.slot] = Slot::Failed;
            if place.slot == 0 {
                return;
            }
            let Slot::Filled(chunk, its_place) = &mut self.slots[place.around] else { return };
            match place.container {
                Some(container) => {
                    chunk.containers[container].is_null = true;
                    return;
                }
                None => place = *its_place,
            }
        }
    }

    /// All chunks as one text; `None` if the root itself has become null.
    pub(super) fn text(mut self) -> Option<String> {
        match self.slots.first() {
            Some(Slot::Filled(chunk, _)) if chunk.holes.is_empty() => {}
            Some(Slot::Filled(..)) => {
                let mut text = String::new();
                self.write(0, &mut text);
                return Some(text);
            }
            Some(Slot::Awaited | Slot::Failed) | None => return None,
        }
        match self.slots.swap_remove(0) {
            Slot::Filled(chunk, _) => Some(chunk.text),
            Slot::Awaited | Slot::Failed => None,
        }
    }

    fn write(&self, slot: usize, out: &mut String) {
        let Slot::Filled(chunk, _) = &self.slots[slot] else {
            out.push_str("null");
            return;
        };
        let mut at = 0;
        let mut holes = chunk.holes.iter().peekable();
        let mut nulls = chunk.containers.iter().filter(|found| found.is_null).peekable();
        loop {
            let null = nulls.next_if(|null| null.start < at);
            if null.is_some() {
                // It is within one that is null already.
                continue;
            }
            if holes.next_if(|hole| hole.at < at).is_some() {
                continue;
            }
            match (holes.peek(), nulls.peek()) {
                (Some(hole), null) if null.is_none_or(|null| hole.at < null.start) => {
                    out.push_str(&chunk.text[at..hole.at]);
                    self.write(hole.slot, out);
                    at = hole.at;
                    holes.next();
                }
                (_, Some(null)) => {
                    out.push_str(&chunk.text[at..null.start]);
                    out.push_str("null");
                    at = null.end;
                    nulls.next();
                }
                _ => break,
            }
        }
        out.push_str(&chunk.text[at..]);
    }
}
