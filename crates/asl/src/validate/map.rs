//! Map: what it iterates over, with what, and how many failures it bears.

use std::sync::Arc;

use super::shape::Bounds;
use super::{Checker, Place, Subject};
use crate::program::{
    Distributed, ItemBatcher, ItemReader, Items, Map, MapMode, Quantity, QueryLanguage,
    ResultWriter,
};
use crate::resources::BulkResource;

const READER_FIELDS: &[&str] = &["Resource", "Parameters", "Arguments", "ReaderConfig"];
const READER_CONFIG_FIELDS: &[&str] = &[
    "InputType",
    "Transformation",
    "ManifestType",
    "CSVHeaderLocation",
    "CSVHeaders",
    "CSVDelimiter",
    "ItemsPointer",
    "MaxItems",
    "MaxItemsPath",
];
const BATCHER_FIELDS: &[&str] = &[
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
    "BatchInput",
];
const WRITER_FIELDS: &[&str] = &["Resource", "Parameters", "Arguments", "WriterConfig"];
const WRITER_CONFIG_FIELDS: &[&str] = &["Transformation", "OutputType"];

const INPUT_BYTES: Bounds = Bounds::new(1, 262_144);

impl<'d> Checker<'d> {
    pub(super) fn map(&mut self, subject: &Subject<'d>) -> Option<Map> {
        let place = &subject.place;
        self.exactly_one(place, &["ItemProcessor", "Iterator"]);
        self.at_most_one(place, &["ItemSelector", "Parameters"]);
        for name in ["MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount"] {
            self.one_way(place, name);
        }
        let items = self.items(subject);
        let selector = if place.has("Parameters") { "Parameters" } else { "ItemSelector" };
        let item_selector = match (subject.language, selector) {
            (QueryLanguage::Jsonata, "Parameters") => None,
            _ => self.template(subject, place, selector),
        };
        let max_concurrency = self.quantity(subject, place, "MaxConcurrency", Bounds::from(0));
        let tolerated_failure_count =
            self.quantity(subject, place, "ToleratedFailureCount", Bounds::from(0));
        let tolerated_failure_percentage = self.percentage(subject);
        let label = self.label(place).map(Arc::from);
        let batcher = self.batcher(subject);
        let writer = self.writer(subject);
        let processor = self.processor(subject);
        let retry = self.retriers(subject);
        let catch = self.catchers(subject);
        let next = self.next(subject);
        let processor = processor?;
        let mode = match processor.distributed {
            None => MapMode::Inline,
            Some(execution_type) => {
                MapMode::Distributed(Distributed { execution_type, label, batcher, writer })
            }
        };
        Some(Map {
            items,
            item_selector,
            max_concurrency,
            tolerated_failure_percentage,
            tolerated_failure_count,
            processor: processor.machine,
            mode,
            retry,
            catch,
            next: next?,
        })
    }

    fn items(&mut self, subject: &Subject<'d>) -> Items {
        let place = &subject.place;
        let reader = self.reader(subject);
        let items = match subject.language {
            QueryLanguage::JsonPath => {
                self.reference(subject, place, "ItemsPath").map_or(Items::Input, Items::Path)
            }
            QueryLanguage::Jsonata => {
                self.template(subject, place, "Items").map_or(Items::Input, Items::Template)
            }
        };
        reader.map_or(items, |reader| Items::Reader(Arc::new(reader)))
    }

    /// A share of the items: fractions are allowed, unlike in counts.
    fn percentage(&mut self, subject: &Subject<'d>) -> Option<Quantity> {
        let name = "ToleratedFailurePercentage";
        let digits = subject.place.field(name).and_then(|field| field.node.as_number());
        let fraction = digits.filter(|digits| digits.contains(['.', 'e', 'E']));
        let fraction = fraction.and_then(|digits| digits.parse::<f64>().ok());
        match fraction.filter(|fraction| (0.0..=100.0).contains(fraction)) {
            Some(fraction) => Some(Quantity::Literal(fraction)),
            None => self.quantity(subject, &subject.place, name, Bounds::new(0, 100)),
        }
    }

    fn reader(&mut self, subject: &Subject<'d>) -> Option<ItemReader> {
        let place = subject.place.field("ItemReader").filter(|reader| self.object(reader))?;
        self.supports_only(&place, READER_FIELDS);
        self.requires(&place, &["Resource"]);
        self.speaks(&place, subject.language);
        let readers = &[BulkResource::S3GetObject, BulkResource::S3ListObjectsV2];
        let resource = self.bulk_resource(&place, readers);
        let arguments = self.bulk_arguments(subject, &place);
        let (mut config, mut max_items) = Default::default();
        if let Some(field) = place.field("ReaderConfig")
            && self.object(&field)
        {
            self.reader_config(&field);
            self.speaks(&field, subject.language);
            self.one_way(&field, "MaxItems");
            max_items = self.quantity(subject, &field, "MaxItems", Bounds::from(0));
            let mut written = self.definition.value(field.node).to_object().unwrap_or_default();
            written.remove("MaxItems");
            written.remove("MaxItemsPath");
            config = written.into();
        }
        Some(ItemReader { resource: resource?, arguments, config, max_items })
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>
    fn reader_config(&mut self, config: &Place<'d>) {
        self.supports_only(config, READER_CONFIG_FIELDS);
        let input_types = &["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];
        let input_type = self.choice_of(config, "InputType", input_types);
        self.choice_of(config, "Transformation", &["NONE", "LOAD_AND_FLATTEN"]);
        self.choice_of(config, "ManifestType", &["ATHENA_DATA", "S3_INVENTORY"]);
        let delimiters = &["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"];
        self.choice_of(config, "CSVDelimiter", delimiters);
        let headers = self.choice_of(config, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
        self.text(config, "ItemsPointer");
        if input_type == Some("CSV") {
            if !config.has("CSVHeaderLocation") {
                self.schema("The field 'CSVHeaderLocation' is required", config);
            }
            if headers == Some("GIVEN") {
                self.requires(config, &["CSVHeaders"]);
            }
        } else if input_type.is_some_and(|kind| kind != "MANIFEST") {
            for name in ["CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"] {
                if config.has(name) {
                    self.unsupported(config, name);
                }
            }
        }
    }

    fn batcher(&mut self, subject: &Subject<'d>) -> Option<ItemBatcher> {
        let place = subject.place.field("ItemBatcher").filter(|batcher| self.object(batcher))?;
        self.supports_only(&place, BATCHER_FIELDS);
        self.speaks(&place, subject.language);
        for name in ["MaxItemsPerBatch", "MaxInputBytesPerBatch"] {
            self.one_way(&place, name);
        }
        Some(ItemBatcher {
            items_max: self.quantity(subject, &place, "MaxItemsPerBatch", Bounds::from(1)),
            input_bytes_max: self.quantity(subject, &place, "MaxInputBytesPerBatch", INPUT_BYTES),
            batch_input: self.template(subject, &place, "BatchInput"),
        })
    }

    /// Either where results go, or how they look, or both.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>
    fn writer(&mut self, subject: &Subject<'d>) -> Option<ResultWriter> {
        let place = subject.place.field("ResultWriter").filter(|writer| self.object(writer))?;
        self.supports_only(&place, WRITER_FIELDS);
        self.speaks(&place, subject.language);
        let arguments_name = match subject.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        if place.has("Resource") || place.has(arguments_name) || !place.has("WriterConfig") {
            self.requires(&place, &["Resource", arguments_name]);
        }
        let config = place.field("WriterConfig").filter(|config| self.object(config));
        if let Some(config) = &config {
            self.supports_only(config, WRITER_CONFIG_FIELDS);
            self.requires(config, WRITER_CONFIG_FIELDS);
            self.choice_of(config, "Transformation", &["NONE", "COMPACT", "FLATTEN"]);
            self.choice_of(config, "OutputType", &["JSON", "JSONL"]);
        }
        Some(ResultWriter {
            resource: self.bulk_resource(&place, &[BulkResource::S3PutObject]),
            arguments: self.bulk_arguments(subject, &place),
            config: config.map(|c| self.definition.value(c.node)).unwrap_or_default(),
        })
    }

    fn bulk_resource(&mut self, object: &Place<'d>, allowed: &[BulkResource]) -> Option<Arc<str>> {
        let text = self.text(object, "Resource")?;
        let field = object.field("Resource")?;
        if !BulkResource::parse(text).is_ok_and(|resource| allowed.contains(&resource)) {
            let message = "The field 'Resource' does not match any of the allowed values";
            self.schema(message, &field);
            return None;
        }
        Some(text.into())
    }

    fn bulk_arguments(
        &mut self,
        subject: &Subject<'d>,
        object: &Place<'d>,
    ) -> Option<crate::template::Template> {
        match subject.language {
            QueryLanguage::JsonPath => self.template(subject, object, "Parameters"),
            QueryLanguage::Jsonata => self.template(subject, object, "Arguments"),
        }
    }
}
