using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Jinja.Tests;

/// <summary>What Jinja 3.1.6 makes of filters that give generators, and of loops over them; null where it raises.</summary>
public sealed class LazyFilterTests
{
    private const string Variables = """{"bad":[{"a":{"b":1}},{"c":1}],"tree":[{"n":1,"c":[{"n":2,"c":[]}]},{"n":0,"c":[{"n":3,"c":[]}]}]}""";

    public static TheoryData<string, string?> Cases => new()
    {
        { "{{ bad | map(attribute='a.b') | first }}", "1" },
        { "{{ bad | map(attribute='a.b') | list }}", null },
        { "{{ [1, 'x'] | map('abs') | first }}", "1" },
        { "{{ [1, 'x'] | map('abs') | list }}", null },
        { "{{ bad | selectattr('a.b') | first }}", "{'a': {'b': 1}}" },
        { "{{ bad | selectattr('a.b') | list }}", null },
        { "{{ bad | rejectattr('a.b', 'none') | first }}", "{'a': {'b': 1}}" },
        { "{{ bad | rejectattr('a.b', 'none') | list }}", null },
        { "{{ [3, 'x'] | select('odd') | first }}", "3" },
        { "{{ [3, none] | select('odd') | list }}", null },
        { "{{ [2, none] | reject('odd') | first }}", "2" },
        { "{{ [2, none] | reject('odd') | list }}", null },
        { "{{ bad | unique(attribute='a.b') | map(attribute='a.b') | first }}", "1" },
        { "{{ bad | unique(attribute='a.b') | list | length }}", null },
        { "{{ [1, 2, 3, 'x', 4] | map('abs') | batch(2) | first }}", "[1, 2]" },
        { "{{ [1, 2, 3, 'x', 4] | map('abs') | batch(2) | list }}", null },
        { "{{ [1, 2, 'x', 4] | map('abs') | slice(2) | first }}", null },
        { "{{ [1, 2, 'x'] | slice(0) | first }}", null },
        { "{% set x = bad | map(attribute='a.b') %}ok", "ok" },
        { "{% set x = bad | map('no such filter') %}ok", "ok" },
        { "{% set x = bad | select('no such test') %}ok", "ok" },
        { "{% set x = bad | map() %}ok", "ok" },
        { "{% set x = 5 | map('abs') %}ok", "ok" },
        { "{{ 5 | map('abs') | first }}", null },
        { "{% set x = bad | selectattr() %}ok", "ok" },
        { "{{ bad | map() | first }}", null },
        { "{% set x = [1] | slice(0) %}ok", "ok" },
        { "{% set x = 5 | items %}ok", "ok" },
        { "{{ 5 | items | first }}", null },
        { "{{ {'a': 1} | items | first }}", "('a', 1)" },
        { "{{ nothing | items | list }}", "[]" },
        { "{{ nothing | map('abs') | list }}", "[]" },
        { "{% for x in bad | map(attribute='a.b') %}{{ x }}{% break %}{% endfor %}", "1" },
        { "{% for x in bad | map(attribute='a.b') %}{{ x }}{% endfor %}", null },
        { "{% for x in bad | map(attribute='a.b') %}{{ x }}{{ loop.first }}{{ loop.index }}{% break %}{% endfor %}", "1True1" },
        { "{% for x in bad | map(attribute='a.b') %}{{ x }}{{ loop.last }}{% break %}{% endfor %}", null },
        { "{% for x in bad | map(attribute='a.b') %}{{ x }}{{ loop.length }}{% break %}{% endfor %}", null },
        { "{% for x in [1, 2, 3, 4] | select('odd') %}{{ loop.index }}/{{ loop.length }}:{{ x }}{{ loop.revindex }}{{ loop.last }}{{ loop.nextitem }} {% endfor %}", "1/2:12False3 2/2:31True " },
        { "{% for x in [1, 2, 3, 4] | select('odd') %}{{ loop.last }}{{ loop.nextitem }}{{ loop.previtem }}{% endfor %}", "False3True1" },
        { "{% for x in [] | map('abs') %}x{% else %}none{% endfor %}", "none" },
        { "{% for x in [1, 1, 2, 2, 1] if x != ns.last %}{{ x }}{% set ns.last = x %}{% endfor %}", "121" },
        { "{% for x in [1, 1, 2, 2, 1] if x != ns.last %}{{ x }}{{ loop.last }}{% set ns.last = x %}{% endfor %}", "1False1False2False2False1True" },
        { "{% for x in [1, 'x'] if x > 0 %}{{ x }}{% break %}{% endfor %}", "1" },
        { "{% for x in [1, 2, 3] if x > 1 %}{{ loop.length }}{{ loop.index }}{{ loop.revindex }} {% endfor %}", "212 221 " },
        { "{% for x in [1, 2, 3] if x > 5 %}x{% else %}none{% endfor %}", "none" },
        { "{% for x in tree if x.n recursive %}{{ x.n }}{{ loop(x.c) }}{% endfor %}", "12" },
        { "{% set x = [1, 2, 3] | map('abs') %}{{ x | first }}{{ x | list }}{{ x | list }}", "1[2, 3][]" },
        { "{% set x = [1, 2, 3] | map('abs') %}{{ 2 in x }}{{ x | list }}", "True[3]" },
        { "{{ 1 in ([1, 'x'] | map('abs')) }}", "True" },
        { "{{ 2 in ([1, 'x'] | map('abs')) }}", null },
        { "{% set x = [1, 2, 3] | select %}{{ 'yes' if x else 'no' }}{{ x | list }}", "yes[1, 2, 3]" },
        { "{{ 'yes' if [] | select else 'no' }}", "yes" },
        { "{% set x = [1, 2] | map('abs') %}{{ x is iterable }}{{ x is sequence }}{{ x is mapping }}{{ x is string }}", "TrueFalseFalseFalse" },
        { "{{ [1, 2] | map('abs') | length }}", null },
        { "{{ [1, 2] | map('abs') | last }}", null },
        { "{{ ([1, 2] | map('abs'))[0] }}|", "|" },
        { "{{ [1, 2, 3] | map('abs') | reverse | list }}", "[3, 2, 1]" },
        { "{{ [1, 2, 3] | map('abs') | reverse | length }}", "3" },
        { "{{ [1, 2, 3] | reverse | first }}", "3" },
        { "{{ [1, 2, 3] | reverse | length }}", null },
        { "{{ [1, 2] | map('abs') | random }}", null },
        { "{% set a, b = [1, 2] | map('abs') %}{{ a }}{{ b }}", "12" },
        { "{{ [1, 2] | map('abs') | tojson }}", null },
        { "{{ [1, 2] | map('abs') | join('-') }}{{ [1, 2] | map('abs') | sum }}{{ [2, 1] | map('abs') | sort }}{{ [2, 1] | map('abs') | max }}", "1-23[1, 2]2" },
        { "{% macro m() %}{{ varargs | join(',') }}{% endmacro %}{{ m(*([1, 2] | map('abs'))) }}", "1,2" },
        { "{{ [1, -2, 'x'] | map('abs') | select('gt', 1) | map('string') | first }}", "2" },
        { "{{ [1, -2, 3, -4, 'x'] | map('abs') | batch(2) | map('sum') | first }}", "3" },
        { "{{ ['a', 'b'] | map('upper') | unique | batch(1) | map('first') | join }}", "AB" },
        { "{{ [[1, 2], [3]] | map('map', 'abs') | map('list') | list }}", "[[1, 2], [3]]" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_element_is_made_when_it_is_asked_for(string template, string? rendered)
    {
        var source = template.Contains("ns.", StringComparison.Ordinal) ? "{% set ns = namespace(last=0) %}" + template : template;
        var variables = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Variables)!;
        var input = new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(), Variables = variables };
        if (rendered is null) Should.Throw<UserError>(() => ChatTemplate.Parse(source, "lazy").Render(input)).File.ShouldBe("lazy");
        else ChatTemplate.Parse(source, "lazy").Render(input).Text.ShouldBe(rendered);
    }

    [Fact]
    public void Generators_over_generators_end_with_an_error_and_not_with_the_stack()
    {
        var source = "{% set ns = namespace(x=[1]) %}{% for i in range(5000) %}{% set ns.x = ns.x | map('abs') %}{% endfor %}{{ ns.x | first }}";
        Should.Throw<UserError>(() => ChatTemplate.Parse(source, "deep").Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf() })).Message.ShouldContain("recursion depth");
    }
}
