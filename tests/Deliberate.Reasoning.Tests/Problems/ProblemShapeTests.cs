using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>Other people's columns, conversations and system messages as problems.</summary>
public sealed class ProblemShapeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_become_our_fields_and_the_others_stay()
    {
        var line = Read("""{"question": "How many?", "answer": "4 and 5 are 9.\n#### 9", "level": "Level 3", "source": {"name": "mine"}}""", "numeric", ("prompt", "question"), ("answer", "answer"), ("level", "level"));
        (line.Prompt, line.Answer, line.Level, line.IsTakenOut).ShouldBe(("How many?", "9", 3, true));
        line.Json.ShouldContain("\"source\"");
        Read("""{"prompt": [{"role": "user", "content": "2+3="}], "reward_model": {"ground_truth": "5"}}""", "math", ("prompt", "prompt"), ("answer", "reward_model.ground_truth")).Prompt.ShouldBe("2+3=");
    }

    [Theory]
    [InlineData("""{"problem": "1+1", "solution": "2"}""", "problems.fields.prompt", "no column \"question\"")]
    [InlineData("""{"question": "1+1", "reward": {"truth": "2"}}""", "problems.fields.answer", "no column \"reward.ground_truth\"")]
    public void A_missing_column_is_named_with_what_the_line_has(string line, string field, string says)
    {
        var error = Should.Throw<UserError>(() => Read(line, "math", ("prompt", "question"), ("answer", "reward.ground_truth")));
        (error.Line, error.Field).ShouldBe((1, field));
        error.Message.ShouldContain(says);
        error.Advice.ShouldNotBeNull();
    }

    [Fact]
    public void A_conversation_is_a_problem_and_a_system_message_goes_before_it()
    {
        const string Talk = """{"messages": [{"role": "user", "content": "2+3="}, {"role": "assistant", "content": "5"}, {"role": "user", "content": "and 1 more?"}], "answer": "6"}""";
        Read(Talk, "math").Prompt.ShouldBe("user: 2+3=\n\nassistant: 5\n\nuser: and 1 more?");
        var shape = new ProblemShape { System = "Be short." };
        var asked = Problem(ProblemFile.Parse(Line("""{"prompt": "2+3=", "answer": "5"}"""), AnswerGraders.Get("math"), shape));
        asked.Prompt.ShouldBe("2+3=");
        var messages = ProblemMessages.Of(asked)!.Value;
        messages.EnumerateArray().Select(message => message.GetProperty("content").GetString()).ShouldBe(["Be short.", "2+3="]);
        // One that brings its own keeps it.
        var own = ProblemFile.Parse(Line("""{"messages": [{"role": "system", "content": "Be long."}, {"role": "user", "content": "2+3="}], "answer": "5"}"""), AnswerGraders.Get("math"), shape);
        own.Prompt.ShouldBe("system: Be long.\n\nuser: 2+3=");
        Should.Throw<UserError>(() => ProblemMessages.Plain(messages)).Message.ShouldContain("no chat template");
    }

    [Theory]
    [InlineData("""{"messages": [], "answer": "1"}""", "messages", "no messages")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "answer": "1"}""", "messages[1].role", "ends with what the model is asked")]
    [InlineData("""{"messages": [{"role": "boss", "content": "a"}], "answer": "1"}""", "messages[0].role", "no role \"boss\"")]
    [InlineData("""{"messages": [{"role": "user"}], "answer": "1"}""", "messages[0].content", "no text")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "prompt": "b", "answer": "1"}""", "prompt", "not both")]
    public void What_is_no_conversation_is_refused_by_its_field(string line, string field, string says)
    {
        var error = Should.Throw<UserError>(() => Read(line, "math"));
        error.Field.ShouldBe(field);
        error.Message.ShouldContain(says);
    }

    private static Problem Problem(ProblemLine line) => new("own", 1, Split.Train, 0, line.Prompt, line.Json, line.Canonical, line.Answer);

    private JsonLine Line(string text) => JsonLines.Read(_folder.File("problems.jsonl", text + "\n")).Single();

    private ProblemLine Read(string text, string grader, params (string Ours, string Column)[] fields) =>
        ProblemFile.Parse(Line(text), AnswerGraders.Get(grader), new ProblemShape { Fields = fields.ToDictionary(field => field.Ours, field => field.Column) });
}
