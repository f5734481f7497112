using System.Text.Json;
using Deliberate.Core;
using Deliberate.Testing;
using Shouldly;

namespace Deliberate.Jinja.Tests;

/// <summary>Golden renderings, snippets and errors of transformers 5.23.0 with jinja2 3.1.6 (fixtures/chat/cases.json).</summary>
public sealed class ChatTemplateTests
{
    private static readonly Lazy<JsonElement> Cases = new(() => SharedFolder.Json("fixtures", "chat", "cases.json"));

    private static TimeProvider Clock => new FixedClock(Cases.Value.GetProperty("now").GetDateTime());

    [Fact]
    public void Conversations_render_byte_for_byte_with_the_same_assistant_spans()
    {
        var failures = new List<string>();
        var (ran, spans, errors) = (0, 0, 0);
        foreach (var chat in Cases.Value.GetProperty("chats").EnumerateArray())
        {
            ran++;
            var name = $"{chat.GetProperty("template").GetString()} / {chat.GetProperty("conversation").GetString()} / {chat.GetProperty("options")}";
            var (rendered, error) = Render(chat);
            if (chat.TryGetProperty("error", out var expectedError))
            {
                errors++;
                if (error?.Problem != expectedError.GetProperty("message").GetString()) failures.Add($"{name}: expected error {expectedError}, got {error?.Message ?? rendered?.Text}");
                continue;
            }

            if (rendered?.Text != chat.GetProperty("rendered").GetString()) failures.Add($"{name}:\n expected {chat.GetProperty("rendered")}\n got {rendered?.Text ?? error?.Message}");
            if (rendered is null || !chat.TryGetProperty("assistant_spans", out var expected)) continue;
            spans++;
            var got = string.Join(" ", rendered.AssistantSpans.Select(s => $"[{s.Start},{s.End}]"));
            if (got != string.Join(" ", expected.EnumerateArray().Select(s => $"[{s[0]},{s[1]}]"))) failures.Add($"{name}: expected spans {expected}, got {got}");
        }

        Console.WriteLine($"{ran} renderings, {errors} of them errors, {spans} with spans");
        failures.ShouldBeEmpty();
        ran.ShouldBeGreaterThan(0);
    }

    private static (RenderedChat? Rendered, UserError? Error) Render(JsonElement chat)
    {
        var source = Cases.Value.GetProperty("templates").GetProperty(chat.GetProperty("template").GetString()!).GetString()!;
        var conversation = Cases.Value.GetProperty("conversations").GetProperty(chat.GetProperty("conversation").GetString()!);
        var options = chat.GetProperty("options").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        options.Remove("continue_final_message", out var continues);
        var input = new ChatTemplateInput
        {
            Messages = conversation.GetProperty("messages"),
            Tools = conversation.TryGetProperty("tools", out var tools) ? tools : null,
            Documents = conversation.TryGetProperty("documents", out var documents) ? documents : null,
            ContinueFinalMessage = continues.ValueKind == JsonValueKind.True,
            Variables = options,
        };
        try
        {
            return (ChatTemplate.Parse(source, "template").Render(input, Clock), null);
        }
        catch (UserError e)
        {
            return (null, e);
        }
    }

    [Fact]
    public void Snippets_render_as_in_Jinja()
    {
        var failures = new List<string>();
        var levels = new Dictionary<string, int>();
        foreach (var snippet in Cases.Value.GetProperty("snippets").EnumerateArray())
        {
            var level = snippet.GetProperty("level").GetString()!;
            levels[level] = levels.GetValueOrDefault(level) + 1;
            var expected = snippet.GetProperty("rendered").GetString();
            string got;
            try
            {
                got = Snippet(snippet);
            }
            catch (UserError e)
            {
                got = e.ToString();
            }

            if (got != expected) failures.Add($"{snippet.GetProperty("template")}\n expected {expected}\n got      {got}");
        }

        Console.WriteLine($"{levels.Values.Sum()} snippets: {string.Join(", ", levels.Select(l => $"{l.Value} {l.Key}"))}");
        failures.ShouldBeEmpty();
        levels.ShouldNotBeEmpty();
    }

    [Fact]
    public void Errors_come_in_the_same_phase_and_say_what_raise_exception_says()
    {
        var failures = new List<string>();
        var (parse, render) = (0, 0);
        foreach (var error in Cases.Value.GetProperty("errors").EnumerateArray())
        {
            var source = error.GetProperty("template").GetString()!;
            var expected = error.GetProperty("phase").GetString();
            if (expected == "parse") parse++;
            else render++;
            var (phase, found) = Fail(source, error.GetProperty("variables"));
            if (phase != expected) failures.Add($"{source}: expected an error in {expected}, got {phase}: {found?.Message}");
            if (error.GetProperty("type").GetString() == "TemplateError" && found?.Problem != error.GetProperty("message").GetString()) failures.Add($"{source}: {found?.Problem}");
            if (expected == "parse" && found?.Line != error.GetProperty("line").GetInt32()) failures.Add($"{source}: expected line {error.GetProperty("line")}, got {found?.Message}");
            if (found is not null && (found.File != "snippet" || found.Line == 0)) failures.Add($"{source}: names no place: {found.Message}");
        }

        Console.WriteLine($"{parse + render} errors: {parse} parse, {render} render");
        failures.ShouldBeEmpty();
        parse.ShouldBeGreaterThan(0);
    }

    private static (string Phase, UserError? Error) Fail(string source, JsonElement variables)
    {
        ChatTemplate template;
        try
        {
            template = ChatTemplate.Parse(source, "snippet");
        }
        catch (UserError e)
        {
            return ("parse", e);
        }

        try
        {
            template.Render(Input(variables), Clock);
            return ("none", null);
        }
        catch (UserError e)
        {
            return ("render", e);
        }
    }

    private static string Snippet(JsonElement snippet) => ChatTemplate.Parse(snippet.GetProperty("template").GetString()!, "snippet").Render(Input(snippet.GetProperty("variables")), Clock).Text;

    private static ChatTemplateInput Input(JsonElement variables) => new()
    {
        Messages = ChatTemplateInput.MessagesOf(),
        Variables = variables.EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
    };
}
