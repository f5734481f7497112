using Deliberate.Models;

namespace UsingTheLibrary;

public static class Generation
{
    public static string Continue(string folder, string prompt)
    {
        using var model = TextModel.Open(folder);
        var options = new GenerateOptions { MaxTokens = 40, Sampling = new SamplingOptions { Temperature = 0.8, TopP = 0.95 }, Seed = 7 };
        var completion = model.Generate(prompt, options, watch: Console.Write);
        Console.WriteLine($" [{completion.Tokens.Count} tokens, {completion.FinishReason}]");
        return completion.Text;
    }
}
