using Deliberate.Models;

namespace UsingTheLibrary;

public static class Adapters
{
    /// <summary>What a model answers as it is, and with each of some adapters: one batch, one base in memory.</summary>
    public static async Task<IReadOnlyList<string>> Compare(string folder, IReadOnlyList<string> adapters, string prompt)
    {
        using var model = TextModel.Open(folder);
        ModelAdapter?[] choices = [null, .. adapters.Select(model.LoadAdapter)];
        var answers = await Task.WhenAll(choices.Select(adapter => model.GenerateAsync(prompt, new GenerateOptions { MaxTokens = 40, Adapter = adapter })));
        foreach (var (adapter, answer) in choices.Zip(answers)) Console.WriteLine($"{adapter?.Location ?? "the base"}: {answer.Text}");
        return [.. answers.Select(answer => answer.Text)];
    }
}
