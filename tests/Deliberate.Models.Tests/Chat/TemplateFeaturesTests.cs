using Deliberate.Jinja;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class TemplateFeaturesTests
{
    private const string Plain = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";

    [Theory]
    [InlineData("chatml", true, true, true, "enable_thinking", false)]
    [InlineData("headers", true, false, false, null, false)]
    [InlineData("masked", true, false, false, null, true)]
    [InlineData("masked_trim", true, false, true, null, true)]
    [InlineData("macros", true, true, false, null, false)]
    public void What_templates_of_published_kinds_take_is_found_out(string name, bool system, bool tools, bool thinking, string? thinkingSwitch, bool mask) =>
        Of(SharedFolder.Json("fixtures", "chat", "cases.json").GetProperty("templates").GetProperty(name).GetString()!).ShouldBe(new TemplateFeatures(system, tools, thinking, thinkingSwitch, mask));

    [Theory]
    [InlineData(Plain, true, false)]
    [InlineData("{{ messages[-1].content }}", false, false)]
    [InlineData("{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}", false, false)]
    [InlineData("{{ messages[0].content }}{% if add_generation_prompt %}<think>{% endif %}", true, true)]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", false, false)]
    public void A_part_is_taken_if_it_shows_and_not_if_the_template_refuses_it(string template, bool system, bool thinking)
    {
        var features = Of(template);
        (features.System, features.Tools, features.Thinking).ShouldBe((system, false, thinking));
    }

    private static TemplateFeatures Of(string template)
    {
        var tokenizer = BpeTrainer.Train(["ab"], 260, ["<|end|>"]);
        return TemplateFeatures.Of(new TextFormat(tokenizer) { ChatTemplate = ChatTemplate.Parse(template, "template") });
    }
}
