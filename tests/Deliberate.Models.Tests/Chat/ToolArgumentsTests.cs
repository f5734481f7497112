using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class ToolArgumentsTests
{
    private const string Called = "{\"city\": \"Köln\", \"days\": [1, 2.50], \"quote\": \"a\\\"b\"}";

    /// <summary>How published templates write calls: of Qwen2.5, Llama 3.1, GLM-4, DeepSeek V3, Qwen3 and ones that print.</summary>
    public static TheoryData<string, string> Templates => new()
    {
        { "{% for c in m.tool_calls %}{% set c = c.function %}<tool_call>{\"name\": \"{{ c.name }}\", \"arguments\": {{ c.arguments | tojson }}}</tool_call>{% endfor %}", "<tool_call>{\"name\": \"weather\", \"arguments\": " + Called + "}</tool_call>" },
        { "{% set c = m.tool_calls[0].function %}{{ '{\"name\": \"' + c.name + '\", \"parameters\": ' }}{{ c.arguments | tojson }}{{ '}' }}", "{\"name\": \"weather\", \"parameters\": " + Called + "}" },
        { "{% for c in m.tool_calls %}{% if c.function %}{% set c = c.function %}{% endif %}{{ c.name }}{% for k, v in c.arguments.items() %}<arg_key>{{ k }}</arg_key><arg_value>{{ v | tojson if v is not string else v }}</arg_value>{% endfor %}{% endfor %}", "weather<arg_key>city</arg_key><arg_value>Köln</arg_value><arg_key>days</arg_key><arg_value>[1, 2.5]</arg_value><arg_key>quote</arg_key><arg_value>a\"b</arg_value>" },
        { "{% for c in m['tool_calls'] %}{{ c['type'] + '<sep>' + c['function']['name'] + '\\n```json\\n' + c['function']['arguments'] + '\\n```' }}{% endfor %}", "function<sep>weather\n```json\n" + Called + "\n```" },
        { "{% set a = m.tool_calls[0].function.arguments %}{% if a is string %}{{ a }}{% else %}{{ a | tojson }}{% endif %}", Called },
        { "{{ m.tool_calls[0].function.arguments }}", Called },
        { "{{ m.tool_calls[0].function.name }}", "weather" },
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public void A_template_gets_the_arguments_as_it_takes_them(string template, string rendered)
    {
        var format = Format("{% for m in messages %}{% if m.tool_calls %}" + template + "{% endif %}{% endfor %}");
        foreach (var arguments in new[] { Called, JsonSerializer.Serialize(Called) })
        {
            // 2.50 as a number is 2.5 again where the object is written anew.
            var text = format.Render(new ChatTemplateInput { Messages = Messages($$$"""{"id":"1","type":"function","function":{"name":"weather","arguments":{{{arguments}}}}}""") }).Text;
            text.Replace("2.50", "2.5", StringComparison.Ordinal).ShouldBe(rendered.Replace("2.50", "2.5", StringComparison.Ordinal), arguments);
        }
    }

    [Theory]
    [InlineData("\"\"", "{}")]
    [InlineData("\" \"", "{}")]
    [InlineData("\"{}\"", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("\"{\\\"a\\\":{\\\"b\\\":\\\"{}\\\"}}\"", "{\"a\": {\"b\": \"{}\"}}")]
    public void A_text_is_read_once(string arguments, string rendered)
    {
        var format = Format("{{ messages[1].tool_calls[0].function.arguments | tojson }}");
        format.Render(new ChatTemplateInput { Messages = Messages($$$"""{"function":{"name":"f","arguments":{{{arguments}}}}}""") }).Text.ShouldBe(rendered);
        var flat = Format("{{ messages[1].tool_calls[0].arguments | tojson }}");
        flat.Render(new ChatTemplateInput { Messages = Messages($$$"""{"name":"f","arguments":{{{arguments}}}}""") }).Text.ShouldBe(rendered);
    }

    [Theory]
    [InlineData("""{"function":{"name":"f","arguments":"not JSON"}}""", "tool_calls[0].function.arguments")]
    [InlineData("""{"function":{"name":"f","arguments":"[1]"}}""", "tool_calls[0].function.arguments")]
    [InlineData("""{"function":{"name":"f","arguments":7}}""", "tool_calls[0].function.arguments")]
    [InlineData("""{"function":{"name":"f","arguments":"\ud800"}}""", "tool_calls[0].function.arguments")]
    [InlineData("""{"name":"f","arguments":"{"}""", "tool_calls[0].arguments")]
    [InlineData("7", "tool_calls[0]")]
    [InlineData("""{"function":{"name":"f","arguments":"{}"}}""", null)]
    [InlineData("""{"function":{"name":"f"}}""", null)]
    public void What_is_no_object_is_named(string call, string? field) => (ToolArguments.Fault(Messages(call)[1])?.Field).ShouldBe(field);

    [Fact]
    public void Half_a_surrogate_pair_is_an_error_of_the_conversation() =>
        Should.Throw<UserError>(() => Format("{{ messages[1].tool_calls[0].function.arguments | tojson }}").Render(new ChatTemplateInput { Messages = Messages("""{"function":{"name":"\ud800","arguments":"{}"}}""") }))
            .Message.ShouldContain("surrogate");

    private static TextFormat Format(string template)
    {
        using var model = PretrainedModel.Open(FixtureModels.Folder("llama"));
        return (model.Text with { ChatTemplate = ChatTemplate.Parse(template, "template") }).Complete(model.Configuration);
    }

    private static JsonElement Messages(string call) =>
        JsonSerializer.Deserialize<JsonElement>($$"""[{"role":"user","content":"a"},{"role":"assistant","content":"","tool_calls":[{{call}}]},{"role":"tool","content":"b"}]""");
}
