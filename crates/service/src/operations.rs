//! The list of a room's operations, and the way from a body to a typed request and back.

use std::fmt;

use bytes::Bytes;

use crate::{Ctx, Reply};

/// One operation of a room `R`: its AWS name, and the function that answers it.
pub struct Operation<R: 'static> {
    /// The AWS name: `StartExecution`.
    pub name: &'static str,
    /// How often AWS lets an account call it, where that is known.
    pub rate: Option<Rate>,
    /// Decodes the body, lets the room's function act, encodes its reply.
    pub call: for<'a> fn(&'a R, Ctx, Bytes) -> Reply<'a>,
}

/// How often something may happen: a bucket of tokens, one for each call, that fills again at a steady pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The tokens of a full bucket: the calls of a burst.
    pub bucket: u32,
    /// The tokens that come back each second: the calls that last.
    pub refill_per_second: u32,
}

/// Everything a room `R` answers. [`operations!`](crate::operations) makes it.
pub struct Operations<R: 'static>(&'static [Operation<R>]);

impl<R> Operations<R> {
    /// A table of operations, each name once.
    pub const fn new(operations: &'static [Operation<R>]) -> Self {
        Operations(operations)
    }

    /// The names, in the order of the table.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|operation| operation.name).collect()
    }

    /// The rate of the operation of that name, if it has one.
    pub fn rate(&self, name: &str) -> Option<Rate> {
        self.find(name)?.rate
    }

    /// Answers the operation of that name, or `UnknownOperationException`.
    pub fn call<'a>(&self, room: &'a R, ctx: Ctx, name: &str, body: Bytes) -> Reply<'a> {
        match self.find(name) {
            Some(operation) => (operation.call)(room, ctx, body),
            None => Box::pin(std::future::ready(Err(aws::Error::unknown_operation()))),
        }
    }

    fn find(&self, name: &str) -> Option<&'static Operation<R>> {
        self.0.iter().find(|operation| operation.name == name)
    }
}

impl<R> fmt::Debug for Operations<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// Lists the operations of a room, once: each AWS name beside the function that answers it.
///
/// ```
/// # use service::Ctx;
/// # pub struct Greetings;
/// # pub struct Visit { request: Ctx }
/// # aws::structures! { Camel; pub struct GreetInput { required name: String } pub struct GreetOutput { required text: String } }
/// service::operations! {
///     /// Everything that the room answers.
///     static OPERATIONS: Greetings {
///         "Greet" => greet [rate(100, 5)],
///     }
/// }
///
/// impl Greetings {
///     fn enter(&self, request: Ctx) -> Visit {
///         Visit { request }
///     }
/// }
///
/// async fn greet(ctx: &Visit, req: GreetInput) -> Result<GreetOutput, aws::Error> {
///     Ok(GreetOutput { text: format!("Hello {} from {}", req.name, ctx.request.region()) })
/// }
/// # assert_eq!(OPERATIONS.names(), ["Greet"]);
/// ```
///
/// The room's method `enter(&self, Ctx)` makes what its functions get: the room's own parts and the request in one value.
/// A function takes that by reference and a [`Shape`](aws::Shape), and gives something that serializes
/// or an error that converts into [`aws::Error`].
/// In brackets may stand AWS's [`Rate`]: the size of the bucket, then what comes back each second.
#[macro_export]
macro_rules! operations {
    (
        $(#[$attribute:meta])*
        $visibility:vis static $table:ident : $room:ty {
            $( $name:literal => $function:path $([rate($bucket:literal, $refill:literal)])? ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visibility static $table: $crate::Operations<$room> = $crate::Operations::new(&[$(
            $crate::Operation {
                name: $name,
                rate: $crate::operations!(@rate $($bucket, $refill)?),
                call: {
                    fn call<'a>(
                        room: &'a $room,
                        ctx: $crate::Ctx,
                        body: $crate::__private::Bytes,
                    ) -> $crate::Reply<'a> {
                        Box::pin(async move {
                            let request = $crate::__private::decode(&body)?;
                            drop(body);
                            let ctx = room.enter(ctx);
                            match $function(&ctx, request).await {
                                Ok(reply) => $crate::__private::encode(&reply),
                                Err(error) => Err(error.into()),
                            }
                        })
                    }
                    call
                },
            }
        ),*]);
    };

    (@rate) => { None };
    (@rate $bucket:literal, $refill:literal) => {
        Some($crate::Rate { bucket: $bucket, refill_per_second: $refill })
    };
}
