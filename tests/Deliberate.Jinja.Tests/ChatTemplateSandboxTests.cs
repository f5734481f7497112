using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace Deliberate.Jinja.Tests;

/// <summary>Templates come from strangers: each of these ends soon, in little memory, with a text or one error that names the place.</summary>
public sealed class ChatTemplateSandboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The pieces that random templates are made of, so that many of them parse.</summary>
    private static readonly string[] Pieces =
    [
        "{{ ", " }}", "{% ", " %}", "{%- ", " -%}", "{# ", " #}", "for x in messages", "endfor", "if x", "elif y", "else", "endif", "set a = ", "endset", "macro m(a, b=1)", "endmacro", "call m(1)", "endcall",
        "filter upper", "endfilter", "generation", "endgeneration", "break", "continue", "raw", "endraw", "with q = 1", "endwith", "messages", "loop.index", "m(2)", "range(9)", "namespace(a=1)", ".role", "['content']", "[1:2]", "[::-1]",
        "(", ")", "[", "]", "{", "}", ",", ":", "|", "~", "+", "-", "*", "**", "/", "//", "%", "==", "<", "in", "not", "is defined", "is odd", " if ", " else ", "|join(',')", "|tojson", "|map('upper')", "|list", "|int", "|replace('a','bb')", "|sort",
        "'text'", "\"q\\u00e9\"", "'%s %d'", "'{:>9}'.format(1)", "12", "3.5", "1e400", "99999999999999999999", "true", "none", "\n", "  ", "é😀", "caller()", "x", "a", "y", "self.b()", "block b", "endblock", "__class__", ".split()", ".strip('x')",
    ];

    public static TheoryData<string> Hostile =>
    [
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ ('a' * 8000000) * 3 }}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(100000) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=['a']) %}{% for i in range(100000) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(100) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=(1,), m=(1,)) %}{% for i in range(100) %}{% set ns.l = (ns.l, ns.l) %}{% set ns.m = (ns.m, ns.m) %}{% endfor %}{{ {ns.l: 1}[ns.m] }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(50000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% set ns = namespace(n=3) %}{% for i in range(100000) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{% set n = 7 ** 5000 %}{% for i in range(100000) %}{% set x = n * n % 10 ** 4000 %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'x'.center(1000000000) }}",
        "{{ 'x'.zfill(1000000000) }}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ ('\\t' * 1000000).expandtabs(1000000) }}",
        "{{ ('a' * 1000000).replace('', 'b' * 1000000) }}",
        "{{ ('b' * 1000000).join(range(100000) | map('string')) }}",
        "{{ [1] | tojson(indent=1000000000) }}",
        "{{ [1] | batch(1000000000, 0) | list }}",
        "{{ [1] | slice(1000000000) | list }}",
        "{% set s = 'a ' * 4000000 %}{% for i in range(100000) %}{% set n = s | wordcount %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(100000) %}{% if s is upper %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% set d = {s: 1} %}{% for i in range(100000) %}{% if d[s ~ ''] %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(100000) %}{% if s.find('a' * 2000000 ~ 'b') %}{% endif %}{% endfor %}",
        "{{ ('a,' * 4000000).split(',') | length }}",
        "{{ ('\\n' * 8000000).splitlines() | length }}",
        "{{ ('😀' * 4000000) | list | length }}",
        "{% set s = '😀' * 2000000 %}{% for i in range(100000) %}{{ s[1000000] }}{% endfor %}",
        "{% for i in range(100000) %}{{ range(100000) | list | sort | length }}{% endfor %}",
        "{% for i in range(100000) %}{{ 1.5 | round(300) }}{{ '%.300f' % 1e300 }}{% endfor %}",
        "{% for i in range(100000) %}{{ '{:o}'.format(7 ** 5000) }}{% endfor %}",
        "{% filter " + Repeat("upper|", 20_000) + "upper %}x{% endfilter %}",
        "{{ x" + Repeat("|upper", 100_000) + " }}",
        "{{ x" + Repeat(".a", 100_000) + " }}",
        "{{ 1 is " + Repeat("a.", 300_000) + "b }}",
        "{{ " + Repeat("(", 100_000) + "1 }}",
        "{{ " + Repeat("[", 100_000) + " }}",
        "{{ " + Repeat("not ", 100_000) + "1 }}",
        "{{ " + Repeat("-", 100_000) + "1 }}",
        "{{ " + Repeat("1 if 1 else ", 50_000) + "1 }}",
        "{{ " + Repeat("1 + ", 100_000) + "1 }}",
        Repeat("{% if 1 %}", 50_000),
        Repeat("{% for x in y %}", 50_000),
        Repeat("{%", 300_000),
        Repeat("{% raw %}{% ", 50_000),
        Repeat("{#", 300_000),
        "{% macro m(" + Repeat("a, ", 100_000) + "b) %}{% endmacro %}",
        "{{ f(" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"a{i}=1, ")) + "b=1) }}",
        Repeat("{% with a = 1 %}", 150) + "{% for i in range(100000) %}{{ x }}{{ x }}{{ x }}{{ x }}{% endfor %}" + Repeat("{% endwith %}", 150),
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + [{'a': i}] %}{% endfor %}",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_template_that_asks_for_too_much_ends_soon_with_an_error_or_a_text(string source)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        string outcome = "", error = null!;
        var time = ThreadTime.Of(() => outcome = Outcome(source, out error!));
        var grown = GC.GetTotalMemory(forceFullCollection: false) - before;
        Console.WriteLine($"{time.TotalMilliseconds} ms, {grown >> 20} MB: {source[..Math.Min(60, source.Length)]} -> {(error ?? outcome)[..Math.Min(100, (error ?? outcome).Length)]}");
        time.ShouldBeLessThan(Patience);
        if (error is not null) error.ShouldStartWith("stranger:1: ");
    }

    [Fact]
    public void Nothing_of_the_program_underneath_can_be_reached()
    {
        foreach (var source in new[] { "{{ messages.__class__.__mro__ }}", "{{ ''.GetType() }}", "{{ messages.Items.x }}", "{{ range.__globals__.x }}", "{{ messages[0].role.Length.x }}", "{{ ''.format_map.__self__.x }}", "{{ '{0.__class__.x}'.format(1) }}", "{{ messages | attr('__class__') | attr('x') }}" })
        {
            Outcome(source, out var error);
            error.ShouldNotBeNull(source).ShouldNotContain("System.");
        }
    }

    [Fact]
    public void Any_text_gives_a_result_or_one_error()
    {
        var (texts, errors) = (0, 0);
        var generator = Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p))
            .Or(Gen.Elements(Pieces).ListOf().Select(p => "{{ " + string.Concat(p.Take(6)) + " }}"))
            .Or(ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4000), Prop.ForAll(Arb.From(generator), source =>
        {
            if (Ends(source)) texts++;
            else errors++;
        }));
        Console.WriteLine($"{texts + errors} random templates: {texts} rendered, {errors} refused");
    }

    [Fact]
    public void Damaged_real_templates_give_a_result_or_one_error()
    {
        var templates = SharedFolder.Json("fixtures", "chat", "cases.json").GetProperty("templates").EnumerateObject().Select(t => t.Value.GetString()!).ToArray();
        var (texts, errors) = (0, 0);
        var generator = from template in Gen.Elements(templates)
                        from at in Gen.Choose(0, template.Length - 1)
                        from cut in Gen.Choose(0, 12)
                        from piece in Gen.Elements(Pieces).Or(Gen.Constant(""))
                        from again in Gen.Choose(0, template.Length - 1)
                        select Damage(Damage(template, at, cut, piece), again, 1, "");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4000), Prop.ForAll(Arb.From(generator), source =>
        {
            if (Ends(source)) texts++;
            else errors++;
        }));
        Console.WriteLine($"{texts + errors} damaged templates of {templates.Length}: {texts} rendered, {errors} refused");
    }

    private static string Damage(string template, int at, int cut, string piece)
    {
        at = Math.Min(at, template.Length);
        return template[..at] + piece + template[Math.Min(template.Length, at + cut)..];
    }

    /// <summary>Whether it rendered; false for a UserError. Any other exception, or a long time, fails the test.</summary>
    private static bool Ends(string source)
    {
        string? error = null;
        ThreadTime.Of(() => Outcome(source, out error)).ShouldBeLessThan(Patience, source);
        return error is null;
    }

    private static string Outcome(string source, out string? error)
    {
        error = null;
        try
        {
            var input = new ChatTemplateInput
            {
                Messages = ChatTemplateInput.MessagesOf(("system", "Be brief."), ("user", "Größe? 😀"), ("assistant", "42")),
                AddGenerationPrompt = true,
                Variables = new Dictionary<string, JsonElement> { ["bos_token"] = JsonDocument.Parse("\"<s>\"").RootElement },
            };
            return ChatTemplate.Parse(source, "stranger").Render(input, new FixedClock(new DateTime(2025, 7, 4))).Text;
        }
        catch (UserError e)
        {
            error = e.Message;
            return "";
        }
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
