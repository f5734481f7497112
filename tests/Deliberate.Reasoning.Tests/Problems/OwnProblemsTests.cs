using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class OwnProblemsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"answer": "5"}""", "prompt", "missing")]
    [InlineData("""{"promt": "2+3", "answer": "5"}""", "prompt", "\"promt\"")]
    [InlineData("""{"prompt": "2+3"}""", "answer", "missing")]
    [InlineData("""{"prompt": "2+3", "answer": null}""", "answer", "null")]
    [InlineData("""{"prompt": 5, "answer": "5"}""", "prompt", "text")]
    [InlineData("""{"prompt": " ", "answer": "5"}""", "prompt", "empty")]
    [InlineData("""{"prompt": "2+3", "answer": ["5"]}""", "answer", "text")]
    [InlineData("""{"prompt": "2+3", "answer": "5", "level": "hard"}""", "level", "whole number")]
    [InlineData("""{"prompt": "2+3", "answer": "5", "level": -1}""", "level", "between")]
    [InlineData("""{"prompt": "2+3", "answer": "5", "grader": "maths"}""", "grader", "\"math\"")]
    [InlineData("""{"prompt": "2+3", "answer": "Paris", "grader": "numeric"}""", "answer", "not a number")]
    [InlineData("""{"prompt": "2+3", "answer": ""}""", "answer", "empty")]
    [InlineData("""{"prompt": "2+3", "answer": "5", "lists": "bag"}""", "lists", "ordered")]
    [InlineData("""["2+3", "5"]""", null, "object")]
    public void A_bad_line_names_file_line_and_field(string line, string? field, string says)
    {
        var path = _folder.File("problems.jsonl", "{\"prompt\": \"1+1\", \"answer\": \"2\"}\n\n" + line + "\n");
        var error = Should.Throw<UserError>(() => ProblemFile.Read(path, AnswerGraders.Get("math")).ToList());
        error.File.ShouldBe(path);
        error.Line.ShouldBe(3);
        error.Field.ShouldBe(field);
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void Bad_lines_can_be_collected_and_good_ones_read_on()
    {
        var path = _folder.File("problems.jsonl", "{\"prompt\": \"1+1\", \"answer\": 2}\n{\n{\"prompt\": \"\"}\n{\"prompt\": \"1+2\", \"answer\": \"3\", \"level\": 4, \"id\": 9}\n");
        var errors = new List<UserError>();
        var lines = ProblemFile.Read(path, AnswerGraders.Get("math"), errors.Add).ToList();
        lines.Select(l => (l.Line, l.Answer, l.Id, l.Level)).ShouldBe([(1, "2", null, 1), (4, "3", "9", 4)]);
        errors.Select(e => e.Line).ShouldBe([2, 3]);
    }

    [Fact]
    public void A_line_that_is_not_utf8_is_named()
    {
        var path = Path.Combine(_folder.Root, "problems.jsonl");
        File.WriteAllBytes(path, [.. "{\"prompt\": \"1+1\", \"answer\": \"2\"}\n{\"prompt\": \""u8, 0xFF, 0xFE, .. "\", \"answer\": \"2\"}\n"u8]);
        var error = Should.Throw<UserError>(() => ProblemFile.Read(path, null).ToList());
        error.Line.ShouldBe(2);
        error.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void An_answer_is_optional_where_a_verifier_of_the_users_decides() =>
        ProblemFile.Read(_folder.File("problems.jsonl", """{"prompt": "Write a poem.", "tests": [1]}"""), grader: null).Single().Answer.ShouldBe("");

    [Fact]
    public void Held_out_problems_are_chosen_by_their_text()
    {
        var problems = Load(Lines(800));
        var test = problems.Count(Split.Test, null)!.Value;
        test.ShouldBeInRange(60, 140);
        (test + problems.Count(Split.Train, null)!.Value).ShouldBe(800);
        problems.All(Split.Test).ShouldAllBe(p => p.Split == Split.Test && ProblemSplit.Of(p.Canonical) == Split.Test);
    }

    [Fact]
    public void Files_of_held_out_problems_are_left_out_of_training()
    {
        var train = _folder.File("train.jsonl", Lines(20));
        var test = _folder.File("test.jsonl", "{\"prompt\": \"  3 + 1 = \", \"answer\": \"4\"}\n{\"prompt\": \"other\", \"answer\": \"1\"}\n");
        var problems = OwnProblems.Load("own", [train], [test], AnswerGraders.Get("math"));
        problems.Count(Split.Test, null).ShouldBe(2);
        problems.Count(Split.Train, null).ShouldBe(19);
        problems.Leaked.ShouldBe(1);
        problems.All(Split.Train).ShouldNotContain(p => p.Prompt == "3 + 1 =");
    }

    [Fact]
    public void A_problem_that_stands_twice_counts_once_and_two_answers_are_a_mistake()
    {
        Load(Lines(20) + Lines(20)).Duplicates.ShouldBe(20);
        var error = Should.Throw<UserError>(() => Load(Lines(20) + "{\"prompt\": \"3 + 1 =\", \"answer\": \"5\"}\n"));
        error.Line.ShouldBe(21);
        error.Message.ShouldContain("\"4\" in line 4, and \"5\" here");
    }

    [Theory]
    [InlineData("", "no problem")]
    [InlineData("\n\n", "no problem")]
    public void An_empty_file_is_refused(string text, string says) => Should.Throw<UserError>(() => Load(text)).Message.ShouldContain(says);

    [Fact]
    public void A_missing_file_suggests_its_neighbour()
    {
        _folder.File("problems.jsonl", Lines(3));
        Should.Throw<UserError>(() => OwnProblems.Load("own", [Path.Combine(_folder.Root, "problem.jsonl")], [], null)).Message.ShouldContain("problems.jsonl");
    }

    [Fact]
    public void Every_pass_draws_every_problem_once_in_another_order()
    {
        var problems = Load(Lines(50));
        var count = problems.Count(Split.Train, null)!.Value;
        var first = Draw(0);
        var second = Draw(count);
        first.Distinct().Count().ShouldBe(count);
        second.Order().ShouldBe(first.Order());
        second.ShouldNotBe(first);
        Draw(0).ShouldBe(first);
        List<long> Draw(long from) => [.. Enumerable.Range(0, count).Select(i => problems.Draw(Split.Train, null, 1, from + i).Index)];
    }

    [Fact]
    public void Levels_are_those_of_the_file()
    {
        var problems = Load(string.Concat(Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}\", \"answer\": \"{i}\", \"level\": {i % 3}}}\n")));
        problems.Levels.Select(l => l.Number).ShouldBe([0, 1, 2]);
        for (var i = 0; i < 30; i++) problems.Draw(Split.Train, 2, 1, i).Level.ShouldBe(2);
        problems.Count(Split.Train, 7).ShouldBe(0);
    }

    private static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{{\"prompt\": \"{i} + 1 =\", \"answer\": \"{i + 1}\"}}\n"));

    private OwnProblems Load(string text) => OwnProblems.Load("own", [_folder.File("problems.jsonl", text)], [], AnswerGraders.Get("math"));
}
