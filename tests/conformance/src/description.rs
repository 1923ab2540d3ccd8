//! The safe's own description (OpenAPI 3.1), held against what it answers.

use crate::wallet::{Answer, Check};
use saifu_protocol::message::Route;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The description, with the validators made from it so far.
pub(crate) struct Description {
    document: Value,
    validators: RefCell<BTreeMap<String, jsonschema::Validator>>,
}

impl Description {
    pub(crate) fn read(bytes: &[u8]) -> Check<Self> {
        let document: Value =
            serde_json::from_slice(bytes).map_err(|error| format!("openapi.json: {error}"))?;
        if document["openapi"]
            .as_str()
            .is_none_or(|version| !version.starts_with("3.1"))
        {
            return Err("openapi.json is not OpenAPI 3.1".into());
        }
        Ok(Self {
            document,
            validators: RefCell::default(),
        })
    }

    /// Whether an answer is one the description names for this path, method and status. Addresses the description does
    /// not name must answer with a problem.
    pub(crate) fn check_answer(&self, method: &str, path: &str, answer: &Answer) -> Check {
        let operation = &self.document["paths"][path][method];
        let media_type = answer.content_type.split(';').next().unwrap_or_default();
        if operation.is_null() {
            if answer.status != 404 {
                return Err(format!(
                    "{method} {path} is not described and answers {}",
                    answer.status
                ));
            }
            return self.check(
                &json!({"$ref": "#/components/schemas/Problem"}),
                &json(answer)?,
            );
        }
        let content = &operation["responses"][answer.status.to_string()]["content"][media_type];
        if content.is_null() {
            return Err(format!(
                "{method} {path} answers {} {media_type}, which is not described",
                answer.status
            ));
        }
        self.check(&content["schema"], &json(answer)?)
    }

    /// Whether what is inside a seal is what the description says is inside.
    pub(crate) fn check_sealed(&self, route: Route, part: &str, content: &Value) -> Check {
        let schema = &self.document["paths"][route.path()]["post"][part];
        if schema.is_null() {
            return Err(format!("{} has no {part}", route.path()));
        }
        self.check(schema, content)
    }

    /// Whether something is what the description calls by this name.
    pub(crate) fn check_named(&self, name: &str, content: &Value) -> Check {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        self.check(&schema, content)
    }

    fn check(&self, schema: &Value, content: &Value) -> Check {
        let mut validators = self.validators.borrow_mut();
        let key = schema.to_string();
        if !validators.contains_key(&key) {
            let mut whole = schema.clone();
            whole["components"] = self.document["components"].clone();
            let validator = jsonschema::draft202012::new(&whole)
                .map_err(|error| format!("schema unusable: {error}"))?;
            validators.insert(key.clone(), validator);
        }
        let errors: Vec<String> = validators
            .get(&key)
            .into_iter()
            .flat_map(|validator| validator.iter_errors(content))
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(format!("not as described: {}", errors.join("; ")))
        }
    }
}

fn json(answer: &Answer) -> Check<Value> {
    serde_json::from_slice(&answer.body).map_err(|error| format!("no JSON: {error}"))
}
