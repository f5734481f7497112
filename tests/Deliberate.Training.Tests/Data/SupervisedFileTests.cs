using Deliberate.Core;

namespace Deliberate.Training.Tests;

public sealed class SupervisedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"messages": []}""", "messages", "no message")]
    [InlineData("""{"messages": "hello"}""", "messages", "array")]
    [InlineData("""{"messages": [{"role": "user", "content": "hi"}]}""", "messages", "no turn of the assistant")]
    [InlineData("""{"messages": [{"role": "user", "content": "hi"}, {"role": "asistant", "content": "ho"}]}""", "messages[1].role", "\"assistant\"")]
    [InlineData("""{"messages": [{"role": "user"}, {"role": "assistant", "content": "ho"}]}""", "messages[0].content", "no text")]
    [InlineData("""{"messages": [{"role": "user", "content": 5}, {"role": "assistant", "content": "ho"}]}""", "messages[0].content", "text")]
    [InlineData("""{"messages": [{"role": "assistant", "content": ""}]}""", "messages[0].content", "empty")]
    [InlineData("""{"messages": [{"role": "assistant", "content": [{"type": "image_url", "image_url": "x"}]}]}""", "messages[0].content", "image_url")]
    [InlineData("""{"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "x"}]}]}""", "messages[0].content", "\"reasoning_content\"")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "5", "thinking": {"text": "x"}}]}""", "messages[0].thinking", "text")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "5", "thinking": "x", "reasoning": "y"}]}""", "messages[0].reasoning", "another one than that of \"thinking\"")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "<think>x</think>5", "reasoning": "y"}]}""", "messages[0].content", "Keep one of them")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "<think>5"}]}""", "messages[0].content", "not closed")]
    [InlineData("""{"prompt": "2+3=", "completion": "[THINK]5"}""", "completion", "not closed")]
    [InlineData("""{"messages": ["hi"]}""", "messages[0]", "object")]
    [InlineData("""{"prompt": "2+3="}""", "completion", "missing")]
    [InlineData("""{"prompt": "2+3=", "completion": ""}""", "completion", "empty")]
    [InlineData("""{"prompt": "2+3=", "completion": 5}""", "completion", "text")]
    [InlineData("""{"prompt": "2+3=", "messages": [{"role": "assistant", "content": "5"}]}""", "messages", "as well as")]
    [InlineData("""{"question": "2+3=", "answer": "5"}""", null, "question, answer")]
    [InlineData("""{"message": [{"role": "assistant", "content": "5"}]}""", null, "\"message\"")]
    [InlineData("""["2+3=", "5"]""", null, "object")]
    [InlineData("""{"prompt": "2+3=", """, null, "not valid JSON")]
    [InlineData("""{"prompt": "\ud800", "completion": "5"}""", "prompt", "surrogate")]
    public void A_bad_line_names_file_line_and_field(string line, string? field, string says)
    {
        var path = _folder.File("data.jsonl");
        File.WriteAllText(path, "{\"prompt\": \"1+1=\", \"completion\": \"2\"}\n" + line + "\n");
        var error = Should.Throw<UserError>(() => SupervisedFile.Read(path).ToList());
        (error.File, error.Line, error.Field).ShouldBe((path, 2, field));
        error.Message.ShouldContain(says);
        var errors = new List<UserError>();
        SupervisedFile.Read(path, errors.Add).Count().ShouldBe(1);
        errors.Single().Line.ShouldBe(2);
    }

    [Fact]
    public void Text_that_is_not_utf8_names_its_line()
    {
        var path = _folder.File("data.jsonl");
        File.WriteAllBytes(path, [.. "{\"prompt\": \""u8, 0xC3, 0x28, .. "\", \"completion\": \"5\"}"u8]);
        Should.Throw<UserError>(() => SupervisedFile.Read(path).ToList()).Message.ShouldContain("data.jsonl:1: The line is not UTF-8");
    }

    [Fact]
    public void Content_may_be_text_parts_and_other_fields_are_left_alone()
    {
        var path = _folder.File("data.jsonl");
        File.WriteAllText(path, """{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "name": "me"}, {"role": "assistant", "content": "c"}], "source": "x"}""");
        SupervisedFile.Read(path).Single().Texts.ShouldBe(["ab", "c"]);
    }
}
