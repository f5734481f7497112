using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Server.Tests;

/// <summary>What is to be labelled, from whatever file it is in, and out again in Label Studio's form.</summary>
public sealed class ItemReaderTests(Postgres postgres, TinyRun tiny) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("deliberate-items-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Labelled_solutions_of_both_phases_are_items_with_known_labels()
    {
        const string PhaseTwo = """{"labeler":"a","timestamp":"t","generation":4,"is_quality_control_question":false,"is_initial_screening_question":false,"question":{"problem":"p","ground_truth_solution":"s","ground_truth_answer":"2","pre_generated_steps":["one","two","# Answer\n\n3"],"pre_generated_answer":"3","pre_generated_verifier_score":0.5},"label":{"steps":[{"completions":[{"text":"one","rating":1,"flagged":false}],"human_completion":null,"chosen_completion":0},{"completions":[{"text":"two","rating":-1,"flagged":false},{"text":"better","rating":1,"flagged":false}],"human_completion":null,"chosen_completion":null}],"total_time":9,"finish_reason":"found_error"}}""";
        const string PhaseOne = """{"labeler":"a","timestamp":"t","generation":null,"is_quality_control_question":false,"is_initial_screening_question":false,"question":{"problem":"q","ground_truth_solution":null,"ground_truth_answer":"2"},"label":{"steps":[{"completions":[{"text":"a","rating":1,"flagged":false},{"text":"b","rating":-1,"flagged":false}],"human_completion":null,"chosen_completion":0},{"completions":[{"text":"c","rating":0,"flagged":false}],"human_completion":{"text":"own"},"chosen_completion":null}],"total_time":9,"finish_reason":"solution"}}""";
        var file = Write("labels.jsonl", PhaseTwo + "\n" + PhaseOne + "\n");
        var items = ItemReader.Read(file, LabellingKind.Phase2).ToArray();
        items[0].Content.Steps.ShouldBe(["one", "two", "# Answer\n\n3"]);
        items[0].Content.Alternatives[1].ShouldBe(["better"]);
        (items[0].Generation, items[0].Content.VerifierScore, items[0].Content.ReferenceAnswer).ShouldBe((4, 0.5, "2"));
        LabelComparison.Of(PhaseTwo, items[0].Gold!).ShouldBe((3, 3));
        items[1].Content.Steps.ShouldBe(["a", "own"]);
        var conversations = ItemReader.Read(file, LabellingKind.Phase1).ToArray();
        conversations[1].Content.Tree.Select(n => (n.Text, n.Next.Count)).ShouldBe([("a", 1), ("b", 0)]);
        conversations[1].Content.Tree[0].Next.ShouldHaveSingleItem().Text.ShouldBe("c");
        // What is shown says nothing of the known label.
        conversations[1].Content.ToJson().ShouldNotContain("rating");
    }

    [Fact]
    public void Pools_pairs_other_forms_and_runs_are_items_too()
    {
        var pool = Write("pool.jsonl", """{"problem":"p","answer":3,"completions":["First.\n\nThen the answer is \\boxed{3}","<think>\n1+1=2\n2+1=3\n</think>\nThe answer is 3"],"scores":[0.5,0.75]}""" + "\n");
        var items = ItemReader.Read(pool, LabellingKind.Phase2).ToArray();
        items.Select(i => i.Content.Steps.Count).ShouldBe([2, 2]);
        items.Select(i => (i.Content.VerifierScore, i.Content.FinalAnswer, i.Content.ReferenceAnswer)).ShouldBe([(0.5, "3", "3"), (0.75, "3", "3")]);
        ItemReader.Read(pool, LabellingKind.Phase1).ShouldHaveSingleItem().Content.Tree.Count.ShouldBe(2);
        var pairs = Write("pairs.jsonl", """{"prompt":"p","chosen":"a","rejected":"b"}""" + "\n" + """{"prompt":"q","responses":["c","d","e"]}""" + "\n");
        var read = ItemReader.Read(pairs, LabellingKind.Preference).ToArray();
        read.Select(i => (i.Content.Responses[0], i.Content.Responses[1], i.Gold)).ShouldBe([("a", "b", "{\"preferred\":0}"), ("c", "d", null), ("d", "e", null)]);
        var proposed = Write("proposed.jsonl", """{"problem":"p","answer":"2","steps":["a","b"],"alternatives":{"1":["c"]},"explanations":{"1":["because","why"]}}""" + "\n");
        var solution = ItemReader.Read(proposed, LabellingKind.Phase2).ShouldHaveSingleItem().Content;
        (solution.Alternatives[1].Count, solution.Explanations[1].Count, solution.ReferenceAnswer).ShouldBe((1, 2, "2"));
        var bench = Write("bench.jsonl", """{"id":"x-1","generator":"g","problem":"p","steps":["a","b","c"],"final_answer_correct":false,"label":1}""" + "\n");
        ItemReader.Read(bench, LabellingKind.Phase2).ShouldHaveSingleItem().Content.Steps.Count.ShouldBe(3, "the whole solution is shown, not only what is labelled");
        var run = tiny.CopyTo(Path.Combine(_folder, "run"));
        var last = Directory.GetFiles(Path.Combine(run, RunFolder.EvaluationsFolder)).OrderByDescending(File.GetLastWriteTimeUtc).ThenByDescending(f => f, StringComparer.Ordinal).First();
        EvaluationFile.Write(last, EvaluationFile.Read(last).Select(s => s with { Sample = s.Sample with { Completion = "<think>1+1=2\n2+1=3</think>3", Answer = "3", ThoughtOpenedBy = "" } }));
        var drawn = ItemReader.Read(run, LabellingKind.Phase2).ToArray();
        drawn.ShouldNotBeEmpty();
        drawn.ShouldAllBe(i => i.Content.Steps.Count > 0 && i.Content.ReferenceAnswer != null && i.Gold == null);
    }

    [Theory]
    [InlineData("{\"problem\":\"p\",\"completions\":[5]}", "pool.jsonl:2: completions[0]: Expected text.")]
    [InlineData("{\"completions\":[\"a\"]}", "pool.jsonl:2: problem: The problem is missing.")]
    [InlineData("{\"problem\":\"p\",\"completions\":[\" \"]}", "pool.jsonl:2: completions[0]: There is no step.")]
    [InlineData("{\"problem\":\"p\",\"steps\":[\"a\"],\"alternatives\":{\"1\":[\"b\"]}}", "pool.jsonl:2: alternatives: \"1\" is none of the 1 steps.")]
    [InlineData("[1]", "pool.jsonl:2: Each line is an object.")]
    [InlineData("{\"question\":{\"problem\":\"p\"},\"label\":{\"steps\":[{\"completions\":[{\"text\":\"a\",\"rating\":5}]}],\"finish_reason\":\"solution\"}}", "pool.jsonl:2:")]
    [InlineData("nonsense", "pool.jsonl:2:")]
    public void A_bad_line_is_said_with_its_place_and_left_out_where_that_is_asked(string line, string said)
    {
        var good = """{"problem":"p","completions":["a\n\nb"]}""";
        var file = Write("pool.jsonl", $"{good}\n{line}\n{good.Replace("\"p\"", "\"q\"", StringComparison.Ordinal)}\n");
        Should.Throw<UserError>(() => ItemReader.Read(file, LabellingKind.Phase2).ToArray()).Message.ShouldContain(said);
        List<UserError> bad = [];
        ItemReader.Read(file, LabellingKind.Phase2, bad.Add).Count().ShouldBe(2);
        bad.ShouldHaveSingleItem().Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("[{\"data\":{\"problem\":\"p\",\"steps\":[\"a\"]},\"annotations\":[{\"result\":[{\"type\":\"choices\",\"from_name\":\"rating_3\",\"value\":{\"choices\":[\"bad\"]}}]}]}]", "names no step")]
    [InlineData("[{\"data\":{\"problem\":\"p\",\"steps\":[\"a\"]},\"annotations\":[{\"result\":[{\"type\":\"choices\",\"from_name\":\"rating_0\",\"value\":{\"choices\":[\"awful\"]}}]}]}]", "is no rating")]
    [InlineData("[{\"data\":{\"problem\":\"p\",\"steps\":[]}}]", "There is no step")]
    [InlineData("[{\"id\":1}]", "data: The field is missing")]
    [InlineData("[{\"data\":", "not valid JSON")]
    public void A_bad_task_of_Label_Studio_is_said(string json, string said) =>
        Should.Throw<UserError>(() => ItemReader.Read(Write("tasks.json", json), LabellingKind.Phase2).ToArray()).Message.ShouldContain(said);

    [Fact]
    public async Task Label_Studio_s_tasks_go_in_and_come_out_with_their_labels()
    {
        var file = Write("tasks.json", """
            [{"id": 7, "data": {"problem": "p", "answer": "4", "steps": [{"text": "one"}, {"text": "two"}]}, "annotations": [],
              "predictions": [{"model_version": "prm-3", "result": [{"type": "choices", "from_name": "rating_0", "to_name": "step_0", "value": {"choices": ["great"]}}, {"type": "choices", "from_name": "rating_1", "to_name": "step_1", "value": {"choices": ["bad"]}}]}]}]
            """);
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(0);
        var item = ItemReader.Read(file, LabellingKind.Phase2).ShouldHaveSingleItem();
        item.Annotations!.Right.ShouldBe([1, 0]);
        await bed.Database.Projects.AddAsync(project, [item], ItemPurpose.Ordinary);
        (await bed.Database.Projects.AddAsync(project, [item], ItemPurpose.Ordinary)).ShouldBe(new AddedItems(0, 1), "the same is not added twice");
        await bed.LabelAsync((await bed.Database.Queue.NextAsync(project, Guid.NewGuid())).Assignment!, 0, -1);
        var text = string.Join('\n', await bed.ExportAsync(project, new ExportChoice(ExportForm.LabelStudio)));
        var task = JsonSerializer.Deserialize<JsonElement>(text)[0];
        task.GetProperty("annotations")[0].GetProperty("result").EnumerateArray().Select(r => (r.GetProperty("from_name").GetString(), r.GetProperty("value").GetProperty("choices")[0].GetString())).ShouldBe([("rating_0", "okay"), ("rating_1", "bad")]);
        task.GetProperty("predictions")[0].GetProperty("model_version").GetString().ShouldBe("prm-3");
        // What came out goes in again, its annotation as the known label.
        var again = ItemReader.Read(Write("again.json", text), LabellingKind.Phase2).ShouldHaveSingleItem();
        LabelComparison.Parse(again.Gold!).Path.Select(p => p.Rating).ShouldBe([0, -1]);
    }

    [Fact]
    public async Task Labels_that_are_exported_are_read_by_what_learns_from_them()
    {
        await using var bed = await LabellingBed.StartAsync("sqlite", postgres);
        var project = await bed.ProjectAsync(3);
        var ada = Guid.NewGuid();
        foreach (var ratings in new int[][] { [1, -1], [1, 0, 1], [-1] }) await bed.LabelAsync((await bed.Database.Queue.NextAsync(project, ada)).Assignment!, ratings);
        var file = Write("out.jsonl", string.Join('\n', await bed.ExportAsync(project, new ExportChoice(ExportForm.Prm800k))) + "\n");
        LabelFile.Read(file).Select(l => (l.Labelled!.Labeler, l.Example.FirstError)).ShouldBe([(ada.ToString(), 1), (ada.ToString(), -1), (ada.ToString(), 0)]);
        LabelFile.Read(file).ShouldAllBe(l => l.Labelled!.TotalTime > 0);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
