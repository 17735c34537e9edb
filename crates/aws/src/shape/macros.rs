/// Declares the structures of a service's operations as its model lists them.
///
/// ```
/// aws::structures! { Camel;
///     /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html>
///     pub struct ListExecutionsInput {
///         optional state_machine_arn: String [length(1, 256)],
///         optional max_results: i32 [range(0, 1000)],
///         optional next_token: String [length(1, 3096)],
///     }
///     pub struct Tag {
///         required key: String [length(1, 128).pattern(r"\S+", |key| !key.contains(' '))],
///         required value: String [sensitive().length(0, 256)],
///     }
/// }
/// ```
///
/// `Camel` or `Pascal` says how the wire spells the members. `required` gives a field of the type itself,
/// `optional` an `Option` of it. In brackets stand the constraints, methods of
/// [`Member`](crate::shape::Member); everything after `sensitive()` keeps the value out of its sentence.
/// Each structure is a [`Shape`](crate::Shape), to be read by [`decode`](crate::decode) or to be a member of another,
/// and serializes without its absent members.
#[macro_export]
macro_rules! structures {
    ($case:ident; $(
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $( $(#[$member_attribute:meta])*
               $need:ident $member:ident : $type:ty $([$($constraint:tt)*])? ),* $(,)?
        }
    )*) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $( $(#[$member_attribute])* $visibility $member: $crate::structures!(@type $need $type), )*
        }

        const _: () = {
            #[derive(Default)]
            pub struct Wire {
                $( $member: Option<<$type as $crate::Shape>::Wire>, )*
            }

            impl<'de> $crate::shape::Fields<'de> for Wire {
                fn read<A: $crate::__private::MapAccess<'de>>(
                    &mut self,
                    name: &str,
                    map: &mut A,
                ) -> Result<bool, A::Error> {
                    $( if name == $crate::structures!(@name $case $member) {
                        self.$member = map.next_value()?;
                        return Ok(true);
                    } )*
                    Ok(false)
                }
            }

            impl<'de> $crate::__private::Deserialize<'de> for Wire {
                fn deserialize<D: $crate::__private::Deserializer<'de>>(
                    deserializer: D,
                ) -> Result<Self, D::Error> {
                    deserializer.deserialize_any($crate::shape::StructureVisitor::default())
                }
            }

            impl $crate::shape::Shown for Wire {
                fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let mut first = true;
                    f.write_str(concat!(stringify!($name), "("))?;
                    $( $crate::shape::show_member(
                        f,
                        &mut first,
                        $crate::structures!(@name Camel $member),
                        self.$member.as_ref(),
                    )?; )*
                    f.write_str(")")
                }
            }

            impl $crate::Shape for $name {
                type Wire = Wire;

                fn from_wire(
                    wire: Wire,
                    at: &$crate::shape::Path<'_>,
                    violations: &mut $crate::shape::Violations,
                ) -> Option<Self> {
                    $( let $member = $crate::shape::$need::<$type>(
                        wire.$member,
                        &at.member(stringify!($member)),
                        violations,
                        |_member| { $( let _ = _member.$($constraint)*; )? },
                    ); )*
                    Some($name { $( $member: $member?, )* })
                }
            }

            impl $crate::__private::Serialize for $name {
                fn serialize<S: $crate::__private::Serializer>(
                    &self,
                    serializer: S,
                ) -> Result<S::Ok, S::Error> {
                    use $crate::__private::SerializeMap as _;
                    let mut map = serializer.serialize_map(None)?;
                    $( $crate::structures!(
                        @write $need map, $crate::structures!(@name $case $member), self.$member
                    ); )*
                    map.end()
                }
            }
        };
    )*};

    (@type required $type:ty) => { $type };
    (@type optional $type:ty) => { Option<$type> };

    (@write required $map:ident, $name:expr, $value:expr) => {
        $map.serialize_entry($name, &$value)?
    };
    (@write optional $map:ident, $name:expr, $value:expr) => {
        if let Some(value) = &$value {
            $map.serialize_entry($name, value)?
        }
    };

    (@name $case:ident $member:ident) => {{
        const BYTES: [u8; $crate::shape::spelled_length(stringify!($member))] =
            $crate::shape::spell(stringify!($member), $crate::shape::Case::$case);
        const NAME: &str = match std::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => panic!("a member's name is ASCII"),
        };
        NAME
    }};
}

/// Declares the enums of a service's model: a text on the wire, one of a set.
///
/// ```
/// aws::string_enums! {
///     pub enum StateMachineType { Standard = "STANDARD", Express = "EXPRESS" }
/// }
/// ```
///
/// The sentence about any other text lists the set in the order of declaration, so declare in AWS's order.
#[macro_export]
macro_rules! string_enums {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident { $( $variant:ident = $text:literal ),+ $(,)? }
    )*) => {$(
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $name { $( $variant, )+ }

        impl $name {
            /// The text that stands for it on the wire.
            $visibility const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text, )+ }
            }
        }

        impl $crate::Shape for $name {
            type Wire = $crate::shape::Leaf<String>;

            fn from_wire(
                wire: Self::Wire,
                at: &$crate::shape::Path<'_>,
                violations: &mut $crate::shape::Violations,
            ) -> Option<Self> {
                match wire.0.as_str() {
                    $( $text => Some($name::$variant), )+
                    _ => {
                        violations.enum_value(&wire, at, &[$( $text, )+]);
                        None
                    }
                }
            }
        }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}
