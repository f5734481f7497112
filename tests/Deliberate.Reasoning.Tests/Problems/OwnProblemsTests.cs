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

    [Theory]
    [InlineData("math", "The thing is that x = 2 \\\\begin{cases} and so on, 5 + + 4", "cannot read the reference \"The thing is", true)]
    [InlineData("math", "", "It is empty", true)]
    [InlineData("numeric", "Paris", "The grader numeric cannot read the reference \"Paris\": It is not a number", true)]
    [InlineData("choice", "12", "not a letter", true)]
    [InlineData("exact", "anything at all", "", false)]
    public void A_reference_that_its_grader_cannot_read_is_kept_as_such(string grader, string answer, string says, bool unreadable)
    {
        var path = _folder.File("problems.jsonl", $"{{\"prompt\": \"2+3\", \"answer\": \"{answer}\", \"grader\": \"{grader}\"}}\n");
        var line = ProblemFile.Read(path, AnswerGraders.Get("math")).Single();
        (line.Unreadable is not null).ShouldBe(unreadable);
        if (line.Unreadable is not { } error) return;
        (error.File, error.Line, error.Field).ShouldBe((path, 1, "answer"));
        error.Message.ShouldContain(says);
        error.Advice!.ShouldContain("choose another grader");
    }

    [Theory]
    [InlineData(1, 20, 0.05, true)]
    [InlineData(2, 20, 0.05, false)]
    [InlineData(2, 20, 0.1, true)]
    [InlineData(1, 20, 0.0, false)]
    public void Problems_whose_reference_cannot_be_read_are_left_out_up_to_a_limit(int bad, int all, double most, bool goesOn)
    {
        var path = _folder.File("problems.jsonl", string.Concat(Enumerable.Range(0, all).Select(i => $"{{\"prompt\": \"{i} + 1 =\", \"answer\": \"{(i is > 4 && i < 5 + bad ? "no number" : i)}\"}}\n")));
        if (goesOn)
        {
            var problems = OwnProblems.Load("own", [path], [], AnswerGraders.Get("numeric"), most);
            (problems.Count(Split.Train, null) + problems.Count(Split.Test, null)).ShouldBe(all - bad);
            problems.Notes.Single().ShouldContain($"{bad} problem{(bad == 1 ? " was" : "s were")} left out because the grader cannot read the reference. The first: {path}:6: answer: The grader numeric");
            return;
        }

        var error = Should.Throw<UserError>(() => OwnProblems.Load("own", [path], [], AnswerGraders.Get("numeric"), most));
        (error.File, error.Line, error.Field).ShouldBe((path, 6, "answer"));
        error.Message.ShouldContain($"{bad} of the {all} references of the file cannot be read by their grader, more than the allowed {100 * most:0.##}%. The first: The grader numeric cannot read the reference \"no number\": It is not a number.");
        error.Advice!.ShouldContain("problems.max_unreadable");
    }

    [Fact]
    public void The_limit_holds_for_each_file()
    {
        var train = _folder.File("train.jsonl", Lines(200));
        var test = _folder.File("test.jsonl", "{\"prompt\": \"other\", \"answer\": \"no number\"}\n");
        Should.Throw<UserError>(() => OwnProblems.Load("own", [train], [test], AnswerGraders.Get("numeric"))).File.ShouldBe(test);
    }

    [Fact]
    public void Where_a_verifier_of_the_users_decides_references_are_left_as_they_are()
    {
        var path = _folder.File("problems.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"prompt\": \"{i}\", \"answer\": \"so it is\\n#### {i}\"}}\n")));
        var problems = OwnProblems.Load("own", [path], [], grader: null);
        problems.Notes.ShouldBeEmpty();
        problems.All(Split.Train).ShouldAllBe(p => p.Answer.StartsWith("so it is\n#### "));
    }

    [Theory]
    [InlineData("math", "2*3=<<2*3=6>>6\\n#### 6", "6")]
    [InlineData("numeric", "It is \\\\boxed{6}.", "6")]
    [InlineData("exact", "Two and four.\\n#### six apples", "six apples")]
    [InlineData("choice", "All others are wrong: \\\\boxed{B}", "B")]
    [InlineData("numeric", "The answer is 6.", "6")]
    public void The_answer_that_a_worked_solution_marks_is_the_reference(string grader, string answer, string expected)
    {
        var problems = OwnProblems.Load("own", [_folder.File("problems.jsonl", string.Concat(Enumerable.Range(0, 9).Select(i => $"{{\"prompt\": \"{i}\", \"answer\": \"{answer}\", \"grader\": \"{grader}\"}}\n")))], [], AnswerGraders.Get("math"));
        problems.All(Split.Train).ShouldAllBe(p => p.Answer == expected && p.State.Contains("\"answer\": \"" + answer, StringComparison.Ordinal));
        problems.Notes.Single().ShouldBe($"9 references are worked solutions: the answer that they mark was taken out, as \"{expected}\" in line 1 of problems.jsonl.");
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

    [Fact]
    public void Prompts_that_differ_in_case_alone_are_two_problems_on_one_side()
    {
        const string Two = "{\"prompt\": \"How many capitals has Hello?\", \"answer\": \"1\"}\n{\"prompt\": \"How many capitals has HELLO?\", \"answer\": \"5\"}\n";
        var problems = OwnProblems.Load("own", [_folder.File("cases.jsonl", Two)], [], AnswerGraders.Get("math"), holdsOut: false);
        problems.All(Split.Train).Select(p => p.Answer).ShouldBe(["1", "5"]);
        problems.Duplicates.ShouldBe(0);
        var test = _folder.File("held.jsonl", "{\"prompt\": \"how many capitals has hello?\", \"answer\": \"0\"}\n");
        Should.Throw<UserError>(() => OwnProblems.Load("own", [_folder.File("cases.jsonl", Two)], [test], AnswerGraders.Get("math"))).Message.ShouldContain("No problem is left to train on");
    }

    [Fact]
    public void Where_none_is_to_be_held_out_all_are_trained_on()
    {
        var problems = OwnProblems.Load("own", [_folder.File("all.jsonl", Lines(100))], [], AnswerGraders.Get("math"), holdsOut: false);
        (problems.Count(Split.Train, null), problems.Count(Split.Test, null)).ShouldBe((100, 0));
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
