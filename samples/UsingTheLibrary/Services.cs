using Deliberate.Models;
using Microsoft.Extensions.DependencyInjection;

namespace UsingTheLibrary;

public static class Services
{
    /// <summary>A model among an application's services, and an answer that is a number whatever the model would rather say.</summary>
    public static async Task<string> Number(string path, string prompt, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection().AddDeliberate(path, hosting: new ModelHostOptions { Slots = 4 });
        await using var provider = services.BuildServiceProvider();
        var model = provider.GetRequiredService<TextModel>();
        var number = OutputGrammar.FromJsonSchema("""{ "type": "integer", "minimum": 0, "maximum": 999 }""");
        var completion = await model.GenerateAsync(prompt, new GenerateOptions { MaxTokens = 60, ThinkingBudget = 10, Grammar = number }, cancellationToken);
        return completion.Text;
    }
}
