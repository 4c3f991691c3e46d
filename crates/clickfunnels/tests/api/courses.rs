//! Courses, who is enrolled in them, and members of communities.

use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::time::Time;
use serde_json::{Value, json};

use crate::bench::{Bench, bench};

const COURSE: i64 = 700;
const SECTION: i64 = 701;
const LESSON: i64 = 702;
const COMMUNITY: i64 = 710;

/// A shop with a course of one lesson, a community, and somebody to take part.
async fn school() -> (Bench, Value) {
    let bench = bench().await;
    let record = |id: i64, kind, parent, other, name: &str| Record {
        id: RecordId(id),
        kind,
        parent,
        other,
        name: name.into(),
        key: None,
        archived: false,
        body: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    bench
        .execute(&Command::SaveRecords(vec![
            record(COURSE, RecordKind::Course, None, None, "Baking"),
            record(SECTION, RecordKind::CourseSection, Some(COURSE), None, "Bread"),
            record(LESSON, RecordKind::CourseLesson, Some(SECTION), Some(COURSE), "Dough"),
            record(COMMUNITY, RecordKind::Community, None, None, "Bakers"),
        ]))
        .await;
    let sent = json!({ "contact": { "email_address": "ada@example.com" } });
    let ada = bench.create("/workspaces/1/contacts", sent).await;
    (bench, ada)
}

#[tokio::test]
async fn courses_are_read_and_what_is_written_in_them_changed() {
    let (bench, _) = school().await;
    assert_eq!(bench.get("/workspaces/1/courses").await, json!([bench.get("/courses/700").await]));
    assert_eq!(bench.get("/courses/700").await["title"], "Baking");
    assert_eq!(bench.get("/courses/700/sections").await[0]["course_id"], COURSE);
    let sent = json!({ "courses_section": { "title": "Rye", "days_till_drip_access": 5, "blocker_lesson_id": 702 } });
    let section = bench.change("/courses/sections/701", sent).await;
    assert_eq!((&section["title"], &section["blocker_lesson_id"]), (&json!("Rye"), &json!("702")));
    assert_eq!(bench.get("/courses/sections/701/lessons").await[0]["id"], LESSON);
    let lesson =
        bench.change("/courses/lessons/702", json!({ "courses_lesson": { "body": "Knead." } })).await;
    assert_eq!((&lesson["body"], &lesson["section_id"]), (&json!("Knead."), &json!(SECTION)));
}

#[tokio::test]
async fn somebody_is_enrolled_once_and_may_be_suspended() {
    let (bench, ada) = school().await;
    let list = "/courses/700/enrollments";
    let sent = json!({ "courses_enrollment": { "contact_id": ada["id"] } });
    let made = bench.create(list, sent.clone()).await;
    assert_eq!(
        (&made["course_id"], &made["contact"]["email_address"]),
        (&json!(COURSE), &json!("ada@example.com"))
    );
    assert_eq!((&made["suspended"], &made["origination_source_type"]), (&json!(false), &Value::Null));
    let (status, why) = bench.refused("POST", list, sent).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Contact has already been taken"));
    let (status, why) =
        bench.refused("POST", list, json!({ "courses_enrollment": { "contact_id": 4711 } })).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Contact must exist"));
    let member = format!("/courses/enrollments/{}", made["id"]);
    let sent = json!({ "courses_enrollment": { "suspended": true, "suspension_reason": "Paused" } });
    let suspended = bench.change(&member, sent).await;
    assert_eq!((&suspended["suspended"], &suspended["suspension_reason"]), (&json!(true), &json!("Paused")));
    assert_eq!(bench.get(&member).await, suspended);
    assert_eq!(bench.get(&format!("{list}?filter[contact_id]={}", ada["id"])).await, json!([suspended]));
    assert_eq!(bench.get(&format!("{list}?filter[contact_id]=4711")).await, json!([]));
    assert_eq!(bench.get(&format!("{list}?sort_property=updated_at&after={}", made["id"])).await, json!([]));
    assert_eq!(
        bench.refused("GET", &format!("/communities/memberships/{}", made["id"]), Value::Null).await.0,
        404
    );
}

#[tokio::test]
async fn a_lesson_is_completed_once() {
    let (bench, ada) = school().await;
    let sent = json!({ "courses_enrollment": { "contact_id": ada["id"] } });
    let enrollment = bench.create("/courses/700/enrollments", sent).await;
    let list = "/courses/700/lesson_completions";
    let sent =
        json!({ "courses_lesson_completion": { "enrollment_id": enrollment["id"], "lesson_id": LESSON } });
    let made = bench.create(list, sent.clone()).await;
    assert_eq!(bench.refused("POST", list, sent).await.0, 409);
    assert_eq!(bench.get(list).await, json!([made]));
    assert_eq!(bench.get(&format!("{list}?filter[lesson_id]=1")).await, json!([]));
    let wrong = json!({ "courses_lesson_completion": { "enrollment_id": enrollment["id"], "lesson_id": 1 } });
    let (status, why) = bench.refused("POST", list, wrong).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Lesson must exist"));
    let member = format!("/courses/lesson_completions/{}", made["id"]);
    assert_eq!(bench.get(&member).await, made);
    bench.remove(&member).await;
    assert_eq!(bench.get(list).await, json!([]));
}

#[tokio::test]
async fn members_come_moderate_and_go() {
    let (bench, ada) = school().await;
    let list = "/communities/710/memberships";
    let sent =
        json!({ "communities_membership": { "contact_id": ada["public_id"], "space_ids": ["SpAcEa"] } });
    let made = bench.create(list, sent).await;
    assert_eq!((&made["community_id"], &made["moderator"]), (&json!(COMMUNITY), &json!(false)));
    let member = format!("/communities/memberships/{}", made["id"]);
    let sent = json!({ "communities_membership": { "contact_id": ada["id"], "moderator": true } });
    let changed = bench.change(&member, sent).await;
    assert_eq!(changed["moderator"], true);
    assert_eq!(bench.get(list).await, json!([changed]));
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);
    assert_eq!(bench.get(list).await, json!([]));
}
