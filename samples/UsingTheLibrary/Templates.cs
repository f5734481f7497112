using System.Text.Json;
using Deliberate.Core;
using Deliberate.Jinja;

namespace UsingTheLibrary;

public static class Templates
{
    /// <summary>What a model with this template reads before it answers; null where the template refuses the conversation.</summary>
    public static string? Prompt(string source, string question)
    {
        try
        {
            var template = ChatTemplate.Parse(source, name: "chat_template.jinja");
            return template.Render(new ChatTemplateInput
            {
                Messages = ChatTemplateInput.MessagesOf(("system", "Answer briefly."), ("user", question)),
                AddGenerationPrompt = true,
                Variables = new Dictionary<string, JsonElement> { ["bos_token"] = JsonSerializer.SerializeToElement("<s>") },
            }).Text;
        }
        catch (UserError error)
        {
            Console.WriteLine(error.Message); // chat_template.jinja:3: Conversation roles must alternate
            return null;
        }
    }
}
