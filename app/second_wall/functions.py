"""The words of the rules, in SQL: who acts, what is in sight. Conditions name their table by its alias."""


def _setting(name: str) -> str:
    # Written out rather than called: PostgreSQL would read a function anew each time it plans a statement.
    return f"nullif(current_setting('jalon.{name}', true), '')::integer"


ORGANISATION, USER, EMPLOYER, CASE_AT_HAND = map(_setting, ("organisation", "user", "employer", "case"))
"""Who acts, as each transaction says; nobody when it says nothing."""

TERRITORY = "(SELECT acting_territory())::text[]"
KIND = "(SELECT acting_kind())"
EMPLOYERS = "(SELECT employers_of_the_person())::integer[]"
# Written so, each is asked once for a whole statement, and only if a row needs it.

LEADS = "'ars', 'carsat', 'dept'"
"""Kinds of organisations that read by territory and may lead a case."""
LEADS_ONLY = f"{KIND} IN ({LEADS})"

WORDS = f"""
-- In PL/pgSQL, which keeps its plans from one statement to the next.
CREATE FUNCTION acting_kind() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN (SELECT kind FROM public.organisations WHERE id = {ORGANISATION}); END $$;

CREATE FUNCTION acting_territory() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN ARRAY(
    SELECT d.departement FROM public.organisation_departements d
    JOIN public.organisations o ON o.id = d.organisation_id
    WHERE o.id = {ORGANISATION} AND o.kind IN ({LEADS})
); END $$;

-- A person may manage an employer and act today for an organisation: its name stays known.
CREATE FUNCTION employers_of_the_person() RETURNS integer[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN ARRAY(
    SELECT employer_id FROM public.capacities WHERE user_id = {USER} AND employer_id IS NOT NULL
); END $$;

CREATE FUNCTION address_of_the_person() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS
$$ BEGIN RETURN (SELECT email FROM public.users WHERE id = {USER}); END $$;
"""

_CASE_IN_SIGHT = f"""(
    {{c}}.departement = ANY ({TERRITORY})
    OR {{c}}.lead_organisation_id = {ORGANISATION}
    OR {{c}}.employer_id = {EMPLOYER} AND {{c}}.employer_informed_on IS NOT NULL
    OR {{c}}.id = {CASE_AT_HAND}
    OR {{c}}.last_step_by_id = {USER}
    OR {{c}}.departement IS NULL AND case_lies_here({{c}}.id, {{c}}.main_structure_id)
    OR {{partner}}
    OR {{member}}
)"""
"""What is cheap comes first: a foreign case costs a few comparisons."""


def case_in_sight(alias: str) -> str:
    """Condition on a case. Offset: its own invitation is looked for, rather than all those of the organisation."""
    partner = f"EXISTS (SELECT FROM own_partnerships p WHERE p.case_id = {alias}.id OFFSET 0)"
    member = f"EXISTS (SELECT FROM own_members m WHERE m.employer_id = {alias}.employer_id OFFSET 0)"
    return _CASE_IN_SIGHT.format(c=alias, partner=partner, member=member)


def any_case_in_sight(alias: str) -> str:
    """The same condition where all the cases are gone through: invitations are read once for the whole statement."""
    partner = f"{alias}.id IN (SELECT case_id FROM own_partnerships)"
    member = f"{alias}.employer_id IN (SELECT employer_id FROM own_members)"
    return _CASE_IN_SIGHT.format(c=alias, partner=partner, member=member)


EMPLOYER_IN_SIGHT = f"""(
    {{e}}.departement = ANY ({TERRITORY})
    OR {{e}}.id = ANY ({EMPLOYERS})
    OR {{e}}.sector_confirmed_by_id = {USER}
    OR {{e}}.id IN (SELECT employer_id FROM own_members)
    OR EXISTS (SELECT FROM structures_here s WHERE s.employer_id = {{e}}.id)
    OR EXISTS (SELECT FROM cases_in_sight c WHERE c.employer_id = {{e}}.id)
)"""

# What a person did stays open to them (RGPD, art. 15), whatever the capacity in which they act today.

_DEFINER = "STABLE PARALLEL SAFE SECURITY DEFINER COST 100 SET search_path = pg_catalog, public, pg_temp"

PLACES = f"""
CREATE FUNCTION case_lies_here(number integer, main integer) RETURNS boolean LANGUAGE plpgsql {_DEFINER} AS
$$ BEGIN RETURN EXISTS (
    SELECT FROM public.structures s WHERE s.departement = ANY ({TERRITORY}) AND s.id = ANY (
        main || ARRAY(SELECT l.structure_id FROM public.case_structures l WHERE l.case_id = number))
); END $$;
"""

SIGHT = f"""
CREATE FUNCTION case_is_in_sight(number integer) RETURNS boolean LANGUAGE plpgsql {_DEFINER} AS
$$ BEGIN RETURN EXISTS (SELECT FROM public.cases c WHERE c.id = number AND {case_in_sight("c")}); END $$;

CREATE FUNCTION employer_is_in_sight(number integer) RETURNS boolean LANGUAGE plpgsql {_DEFINER} AS
$$ BEGIN RETURN EXISTS (SELECT FROM public.employers_in_sight e WHERE e.id = number); END $$;
"""
"""They read with the rights of the owner of the tables, as the views below do: rules may then speak of one another
without going in circles, and PostgreSQL has one level of them to plan, not five."""

COUNTS = """
CREATE FUNCTION count_employers_by_state(codes text[]) RETURNS TABLE (state text, employers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT c.state, count(DISTINCT c.employer_id) FROM public.cases c
   WHERE codes IS NULL OR c.departement = ANY (codes) OR c.departement IS NULL AND EXISTS (
       SELECT FROM public.case_structures l JOIN public.structures s ON s.id = l.structure_id
       WHERE l.case_id = c.id AND s.departement = ANY (codes))
   GROUP BY c.state $$;

CREATE FUNCTION count_mails() RETURNS TABLE (waiting bigint, failing bigint, sent bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT count(*) FILTER (WHERE sent_at IS NULL AND cancelled_at IS NULL),
          count(*) FILTER (WHERE sent_at IS NULL AND cancelled_at IS NULL AND attempts > 0),
          count(*) FILTER (WHERE sent_at IS NOT NULL)
   FROM public.outbox_mails $$;
"""
"""What the role of aggregates may ask; it reads no table. Small counts are masked by who calls."""

_ASKED = "lower(email) = address AND EXISTS (SELECT FROM public.data_requests r WHERE r.email = address)"

REQUESTS = f"""
CREATE FUNCTION count_contacts(address text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT count(*) FROM public.contacts WHERE objected_on IS NULL AND {_ASKED} $$;

CREATE FUNCTION hide_contacts(address text, day date) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ WITH hidden AS (UPDATE public.contacts SET objected_on = day, version = version + 1
                   WHERE objected_on IS NULL AND {_ASKED} RETURNING 1) SELECT count(*) FROM hidden $$;

CREATE FUNCTION erase_contacts(address text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ WITH erased AS (DELETE FROM public.contacts WHERE {_ASKED} RETURNING 1) SELECT count(*) FROM erased $$;
"""
"""What one controller grants to a person holds for the cards that all of them keep (RGPD, art. 26): these cross the
walls, in numbers, and only for an address from which a request came."""

INNER_VIEWS = {
    "own_partnerships": f"SELECT case_id FROM case_partners WHERE organisation_id = {ORGANISATION}",
    "own_members": f"SELECT employer_id FROM federation_members WHERE organisation_id = {ORGANISATION}",
    "structures_here": f"SELECT id, employer_id FROM structures WHERE departement = ANY ({TERRITORY})",
    "cases_in_sight": f"SELECT c.id, c.employer_id FROM cases c WHERE {any_case_in_sight('c')}",
    "employers_in_sight": f"SELECT e.id FROM employers e WHERE {EMPLOYER_IN_SIGHT.format(e='e')}",
}
"""What the rules look into, in numbers only, on PostgreSQL."""

VIEWS = {
    "open_follow_ups": (
        "SELECT c.id AS case_id, c.employer_id, l.structure_id "
        "FROM cases c JOIN case_structures l ON l.case_id = c.id WHERE l.is_open",
        f"{LEADS_ONLY} AND EXISTS (SELECT FROM employers_in_sight e WHERE e.id = c.employer_id)",
    ),
    "case_places": (
        "SELECT l.case_id, s.departement FROM case_structures l JOIN structures s ON s.id = l.structure_id WHERE true",
        f"s.departement = ANY ({TERRITORY}) OR case_is_in_sight(l.case_id)",
    ),
    "import_days": ("SELECT i.id AS import_id, i.created_at AS received_at FROM imports i WHERE true", "true"),
    "running_imports": (
        "SELECT i.kind, i.organisation_id, i.started_at FROM imports i WHERE i.state = 'running'",
        f"{KIND} IS NOT NULL",
    ),
}
"""What is told beyond what is read, in numbers only, with its condition on PostgreSQL: that an open case follows a
structure already, so that no second one is opened. Where a case lies, which each list asks many times over: one
condition instead of those of two tables. And the day a figure came in, whoever brought the file."""

FUNCTIONS = (
    "erase_contacts(text)",
    "hide_contacts(text, date)",
    "count_contacts(text)",
    "count_mails()",
    "count_employers_by_state(text[])",
    "employer_is_in_sight(integer)",
    "case_is_in_sight(integer)",
    "case_lies_here(integer, integer)",
    "address_of_the_person()",
    "employers_of_the_person()",
    "acting_territory()",
    "acting_kind()",
)
"""All of them, those that use others first."""
