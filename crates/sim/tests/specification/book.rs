//! A vendor's OpenAPI document, by which requests and answers are judged.

use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The variable that names the folder with the documents. They are the vendors' and are not kept here.
const FOLDER: &str = "PADDOCK_SPECS";

/// The folder with the documents, if there is one; says so if there is none.
pub fn folder(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(FOLDER).map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("SKIPPED {what}: {FOLDER} names no folder with the vendors' OpenAPI documents");
    }
    folder
}

/// One document.
pub struct Book {
    document: Value,
    judges: Mutex<HashMap<String, jsonschema::Validator>>,
}

/// One endpoint of a document.
pub struct Operation<'a> {
    book: &'a Book,
    pub method: String,
    pub template: String,
    terms: &'a Value,
    /// Parameters of the path and of the operation, references followed.
    params: Vec<&'a Value>,
}

impl Book {
    pub fn open(folder: &Path, file: &str) -> Self {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut document: Value = serde_json::from_str(&text).expect("JSON");
        if document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0")) {
            modernise(&mut document);
        }
        Self { document, judges: Mutex::default() }
    }

    /// Every endpoint, as method and template.
    pub fn operations(&self) -> Vec<(String, String)> {
        let items = self.document["paths"].as_object().expect("paths").iter();
        let methods = ["get", "post", "put", "patch", "delete"];
        let of_item = |(template, item): (&String, &Value)| {
            let there = methods.into_iter().filter(|method| item.get(method).is_some());
            there.map(|method| (method.to_uppercase(), template.clone())).collect::<Vec<_>>()
        };
        items.flat_map(of_item).collect()
    }

    /// The endpoint that a method and a path mean. Written-out parts of a path win over named ones.
    pub fn find(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let fits = |template: &&String| {
            let wanted: Vec<&str> = template.trim_start_matches('/').split('/').collect();
            let same = |(wanted, part): (&&str, &&str)| is_named(wanted) || wanted == part;
            wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
        };
        let paths = self.document["paths"].as_object()?;
        let method = method.to_lowercase();
        let there = paths.iter().filter(|(template, item)| fits(template) && item.get(&method).is_some());
        let (template, item) = there.min_by_key(|(template, _)| template.matches('{').count())?;
        let operation = &item[&method];
        let params = [item, operation].into_iter().filter_map(|holder| holder["parameters"].as_array()).flatten();
        let params = params.map(|param| self.follow(param)).collect();
        Some(Operation {
            book: self,
            method: method.to_uppercase(),
            template: template.clone(),
            terms: operation,
            params,
        })
    }

    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.map_or(value, |pointer| self.document.pointer(pointer).expect("a reference that leads somewhere"))
    }

    /// What is wrong with a value, by the schema; each with its place in the value.
    fn judge(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut judges = self.judges.lock().expect("judges");
        let judge = judges.entry(schema.to_string()).or_insert_with(|| {
            let whole = json!({"components": self.document["components"], "allOf": [schema]});
            let options =
                jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
            options.build(&whole).unwrap_or_else(|error| panic!("a schema that cannot be used: {error}"))
        });
        judge.iter_errors(value).map(|error| format!("{} {error}", error.instance_path())).collect()
    }
}

fn is_named(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

/// OpenAPI 3.0 has words of its own for what JSON Schema says otherwise.
fn modernise(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(modernise),
        Value::Object(fields) => {
            fields.values_mut().for_each(modernise);
            if fields.get("exclusiveMinimum").is_some_and(Value::is_boolean) {
                fields.remove("exclusiveMinimum");
            }
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let named: Map<String, Value> = std::mem::take(fields);
                fields.insert("anyOf".to_owned(), json!([named, {"type": "null"}]));
            }
        }
        _ => {}
    }
}

impl Operation<'_> {
    /// What is wrong with an answer, as a list of sentences.
    pub fn judge_answer(&self, status: u16, body: &[u8]) -> Vec<String> {
        let responses = &self.terms["responses"];
        let names = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        let Some(response) = names.iter().find_map(|name| responses.get(name)) else {
            return vec![format!("the document knows no status {status}")];
        };
        let content = &self.book.follow(response)["content"]["application/json"]["schema"];
        match (content, body) {
            (Value::Null, b"") => Vec::new(),
            (Value::Null, _) => vec![format!("the document knows no body of a {status}")],
            (schema, body) => match serde_json::from_slice(body) {
                Ok(value) => self.book.judge(schema, &value),
                Err(error) => vec![format!("the body is no JSON: {error}")],
            },
        }
    }

    /// What is wrong with the path's and the query's parameters.
    pub fn judge_params(&self, path: &str, query: &[(String, String)]) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, value) in query {
            match self.param("query", name) {
                None => wrong.push(format!("parameter {name} is not in the document")),
                Some(param) => wrong.extend(self.judge_param(param, name, value)),
            }
        }
        let required = self.params.iter().filter(|param| param["in"] == "query" && param["required"] == true);
        let missing = required.filter(|param| !query.iter().any(|(name, _)| param["name"] == name.as_str()));
        wrong.extend(missing.map(|param| format!("parameter {} is missing", param["name"])));
        let parts = self.template.split('/').zip(path.split('/')).filter(|(named, _)| is_named(named));
        for (named, value) in parts {
            let name = named.trim_matches(['{', '}']);
            let param = self.param("path", name);
            wrong.extend(param.into_iter().flat_map(|param| self.judge_param(param, name, value)));
        }
        wrong
    }

    fn param(&self, place: &str, name: &str) -> Option<&Value> {
        self.params.iter().copied().find(|param| param["in"] == place && param["name"] == name)
    }

    fn judge_param(&self, param: &Value, name: &str, text: &str) -> Vec<String> {
        let schema = &param["schema"];
        // A parameter is text; it is right if it is right under any of the readings that text has.
        let list: Vec<&str> = text.split(',').collect();
        let readings = [serde_json::from_str(text).ok(), Some(json!(text)), Some(json!(list))];
        let verdicts: Vec<Vec<String>> =
            readings.into_iter().flatten().map(|reading| self.book.judge(schema, &reading)).collect();
        let least = verdicts.into_iter().min_by_key(Vec::len).unwrap_or_default();
        least.into_iter().map(|fault| format!("parameter {name}={text}: {fault}")).collect()
    }

    /// What is wrong with a request's body.
    pub fn judge_body(&self, content_type: &str, body: &[u8]) -> Vec<String> {
        let wanted = self.book.follow(&self.terms["requestBody"]);
        let schema = &wanted["content"][content_type]["schema"];
        match (schema, body) {
            (Value::Null, b"") if wanted["required"] != true => Vec::new(),
            (Value::Null, _) => vec![format!("the document knows no body of type {content_type}")],
            (schema, body) => match serde_json::from_slice(body) {
                Ok(value) => self.book.judge(schema, &value),
                Err(error) => vec![format!("the body is no JSON: {error}")],
            },
        }
    }
}

/// A place in which practice and document are known to differ.
pub struct Quirk {
    /// The method and template of the endpoint, or the beginning of it.
    pub of: &'static str,
    /// What the complaint contains.
    pub complaint: &'static str,
    /// Why practice is right.
    pub reason: &'static str,
}

/// Complaints that no quirk explains; notes which quirks were used.
pub fn unexplained(quirks: &[Quirk], used: &mut [usize], of: &str, complaints: Vec<String>) -> Vec<String> {
    let explains = |quirk: &Quirk, complaint: &str| of.starts_with(quirk.of) && complaint.contains(quirk.complaint);
    let mut left = Vec::new();
    for complaint in complaints {
        match quirks.iter().position(|quirk| explains(quirk, &complaint)) {
            Some(place) => used[place] += 1,
            None => left.push(format!("{of}: {complaint}")),
        }
    }
    left
}
